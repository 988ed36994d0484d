#include "http/engine.hpp"

#include <utility>

namespace signet::http {

Engine::Engine(ServerOptions options_, Handler handler_, ErrorPage error_page_, Metrics& metrics)
    : options(std::move(options_)),
      handler(std::move(handler_)),
      error_page(std::move(error_page_)),
      proxies(options.trusted_proxies),
      counts(std::make_shared<ConnectionCounts>(options.limits)),
      metrics_(metrics),
      accepted_(metrics.counter("signet_http_accepted_total", "Connections accepted.", {{"listener", options.name}}))
{
    if (options.listen.tls) tls_ = load_tls_context(options.certificate_file, options.private_key_file);
    // The counts are shared, since a scrape may come after this has gone.
    metrics.watch("signet_http_connections", "Connections open now.",
                  [open = counts] { return static_cast<double>(open->total()); }, {{"listener", options.name}});
}

TlsContext Engine::tls() const
{
    std::lock_guard const lock{mutex_};
    return tls_;
}

void Engine::reload_tls()
{
    if (!options.listen.tls) return;
    auto                  fresh = load_tls_context(options.certificate_file, options.private_key_file);
    std::lock_guard const lock{mutex_};
    tls_.swap(fresh);
}

void Engine::count_refused(std::string_view reason)
{
    metrics_
        .counter("signet_http_refused_total", "Connections and requests refused before any route saw them.",
                 {{"listener", options.name}, {"reason", std::string{reason}}})
        .add();
}

}  // namespace signet::http
