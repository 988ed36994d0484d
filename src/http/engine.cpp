#include "http/engine.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/random.hpp"

namespace signet::http {
namespace {

using std::chrono::steady_clock;

// Every reason there is: what never became a request, and what the acceptor does not let in.
constexpr auto kReasons = std::to_array<std::string_view>(
    {kBadRequest.code, kMethodNotAllowed.code, kRequestTimeout.code, kPayloadTooLarge.code, kUriTooLong.code,
     kTlsRequired.code, kHeaderTooLarge.code, kNotImplemented.code, kVersionNotSupported.code, "connections",
     "connections_per_address", "descriptors", "proxy_header", "tls_records"});

constexpr std::chrono::seconds kBetweenComplaints{10};

RequestIds make_request_ids()
{
    SystemRandom random;
    return RequestIds{random};
}

}  // namespace

Engine::Engine(ServerOptions options_, Handler handler_, ErrorPage error_page_, Metrics& metrics)
    : options(std::move(options_)),
      handler(std::move(handler_)),
      error_page(std::move(error_page_)),
      proxies(options.trusted_proxies),
      counts(std::make_shared<ConnectionCounts>(options.limits)),
      ids(make_request_ids()),
      accepted_(metrics.counter("signet_http_accepted_total", "Connections accepted.", {{"listener", options.name}})),
      yielded_(metrics.counter("signet_http_yielded_total", "Idle connections closed to make room for others.",
                               {{"listener", options.name}}))
{
    for (auto const reason : kReasons)
        refused_.push_back({reason, &metrics.counter("signet_http_refused_total",
                                                     "Connections and requests refused before any route saw them.",
                                                     {{"listener", options.name}, {"reason", std::string{reason}}})});
    reload_tls();
    // The counts are shared, since a scrape may come after this has gone.
    metrics.watch("signet_http_connections", "Connections open now.",
                  [open = counts] { return static_cast<double>(open->total()); }, {{"listener", options.name}});
}

TlsContext Engine::tls()
{
    std::lock_guard const lock{mutex_};
    auto const            now = steady_clock::now();
    if (tls_ && now - tls_since_ >= options.limits.ticket_key_life) {
        tls_       = with_new_ticket_key(tls_);
        tls_since_ = now;
    }
    return tls_;
}

void Engine::reload_tls()
{
    if (!options.listen.tls) return;
    auto                  fresh = load_tls_context(options.certificate_file, options.private_key_file);
    std::lock_guard const lock{mutex_};
    tls_.swap(fresh);
    tls_since_ = steady_clock::now();
}

bool Engine::is_bound(std::string_view address) const
{
    return !core::ClientAddress{std::string{address}}.is_loopback() && !proxies.contain(address);
}

bool Engine::may_complain()
{
    std::lock_guard const lock{mutex_};
    auto const            now = steady_clock::now();
    if (now - complained_ < kBetweenComplaints) return false;
    complained_ = now;
    return true;
}

void Engine::count_refused(std::string_view reason)
{
    auto const found = std::ranges::find(refused_, reason, &Refused::reason);
    if (found != refused_.end()) found->count->add();
}

}  // namespace signet::http
