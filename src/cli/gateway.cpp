// The wiring of `signet gateway`: a verifier, the rules, and two listeners.
#include "cli/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "cli/build_time.hpp"
#include "cli/config_values.hpp"
#include "cli/gateway_config.hpp"
#include "cli/process.hpp"
#include "cli/refusals.hpp"
#include "cli/server_metrics.hpp"
#include "cli/systemd.hpp"
#include "gateway/gateway.hpp"
#include "gateway/session_tokens.hpp"
#include "http/errors.hpp"
#include "http/security_headers.hpp"
#include "http/server.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // for running requests, when told to stop

// A client's headers come along, those that a proxy adds, and where the address is repeated it is longer.
constexpr http::Limits kLimits{.request_line = 64UL * 1024, .header_bytes = 64UL * 1024, .header_count = 200};

void log_keys(KeySetReport const& report)
{
    if (report.problem.empty())
        return log::debug("key set fetched", {{"keys", static_cast<std::int64_t>(report.keys)}});
    log::warning("the key set cannot be renewed",
                 {{"why", report.problem}, {"keys", static_cast<std::int64_t>(report.keys)}});
}

void log_state(StateReport const& report)
{
    bool const well = report.problem.empty() && report.state != State::stale && report.state != State::degraded;
    log::write(well ? log::Level::info : log::Level::warning, "revocations",
               {{"state", name(report.state)}, {"before", name(report.before)}, {"why", report.problem}});
}

signet::VerifierOptions verifier_options(LoadedGateway const& loaded)
{
    auto const& config = loaded.config;
    return {.issuer                       = config.issuer,
            .audience                     = config.audience,
            .credential                   = std::string{loaded.credential.reveal()},
            .when_stale                   = config.when_stale,
            .algorithms                   = config.algorithms,
            .ca_file                      = config.ca_file,
            .allow_plain_http_on_loopback = config.issuer.starts_with("http://"),
            .on_fetch                     = log_keys,
            .on_state                     = log_state};
}

// Until it is live every question is answered 503, so that nothing waits for the issuer.
std::unique_ptr<Verifier> start_verifier(LoadedGateway const& loaded)
{
    auto verifier = Verifier::start(verifier_options(loaded), 0ms);
    if (!verifier) throw std::runtime_error("the verifier cannot start: " + verifier.error().detail);
    return *std::move(verifier);
}

// Before the listeners begin and after they have ended. nullptr where cookies are not looked at.
std::unique_ptr<gateway::SessionTokens> start_sessions(LoadedGateway const& loaded, Metrics& metrics)
{
    auto const& config = loaded.config;
    if (config.mode != core::SessionMode::session) return nullptr;
    auto source = std::make_unique<gateway::SessionIssuer>(
        gateway::SessionIssuerTerms{.issuer                       = config.issuer,
                                    .credential                   = std::string{loaded.credential.reveal()},
                                    .ca_file                      = config.ca_file,
                                    .allow_plain_http_on_loopback = config.issuer.starts_with("http://")});
    return std::make_unique<gateway::SessionTokens>(std::move(source), metrics);
}

http::Server make_server(std::string name, HostPort const& listen, std::size_t threads, http::Handler handler,
                         Metrics& metrics)
{
    http::ServerOptions options{.listen  = {.host = listen.host, .port = listen.port, .tls = false},
                                .threads = threads,
                                .limits  = kLimits,
                                .name    = std::move(name)};
    options.limits.connections = connections_that_fit(options.limits.connections);
    return {std::move(options), std::move(handler),
            [](int status, std::string_view code) { return http::error_page(status, code, {}); }, metrics};
}

std::string url(HostPort const& listen, std::uint16_t port)
{
    return "http://" + format_host_port({.host = listen.host, .port = port});
}

void serve_until_stopped(Signals const& signals, std::atomic<bool>& draining, http::Server& main, http::Server& admin)
{
    // There is nothing to read again.
    while (signals.wait() == Signals::Kind::reload) {
    }
    signals.release();
    notify_systemd("STOPPING=1");
    log::info("draining");
    draining         = true;
    bool const whole = main.drain(kPatience);
    admin.drain(1s);
    log::info("stopped", {{"cut_off", whole ? "no" : "yes"}});
}

Exit decide_for_proxies(LoadedGateway const& loaded, Signals const& signals)
{
    auto const&       config = loaded.config;
    Metrics           metrics;
    std::atomic<bool> draining = false;
    auto const        verifier = start_verifier(loaded);
    auto const        sessions = start_sessions(loaded, metrics);
    auto              main     = make_server("main", config.listen, 0,
                                             gateway::decisions({.verifier    = *verifier,
                                                                 .rules       = loaded.rules,
                                                                 .proxy       = config.proxy,
                                                                 .sign_in_url = config.sign_in_url,
                                                                 .sessions    = sessions.get()},
                                                                metrics),
                                             metrics);
    auto              admin =
        make_server("admin", config.admin_listen, 1,
                    gateway::operators({.verifier = *verifier, .metrics = metrics, .draining = draining}), metrics);
    watch_process(metrics);
    main.start();
    admin.start();
    log::info("listening", {{"url", url(config.listen, main.port())},
                            {"admin", url(config.admin_listen, admin.port())},
                            {"issuer", config.issuer}});
    notify_systemd("READY=1");
    serve_until_stopped(signals, draining, main, admin);
    return kDone;
}

}  // namespace

Exit run_gateway(GatewayOptions const& options)
{
    auto const loaded = load_gateway_config(options.config);
    if (!loaded) complain(loaded.error());
    if (!loaded) return kConfig;
    for (auto const& warning : loaded->warnings) complain("warning: " + warning);
    if (options.check) {
        fmt::print("The configuration is good.\n");
        return kDone;
    }
    log::configure(loaded->config.log_level, loaded->config.log_format);
    harden_process();
    Signals const signals;
    auto const    is_set = require_set_clock(SystemClock{}.now());
    if (!is_set) complain(is_set.error());
    if (!is_set) return kUnavailable;
    return decide_for_proxies(*loaded, signals);
}

}  // namespace signet::cli
