// The wiring of `signet serve`: the servers, the pools, and the instance they serve.
#include "cli/serve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/worker_pool.hpp"
#include "cli/banner.hpp"
#include "cli/build_time.hpp"
#include "cli/certificate_watch.hpp"
#include "cli/config_values.hpp"
#include "cli/dev_setup.hpp"
#include "cli/event_delivery.hpp"
#include "cli/first_user.hpp"
#include "cli/instance.hpp"
#include "cli/logo.hpp"
#include "cli/maintenance.hpp"
#include "cli/process.hpp"
#include "cli/publisher.hpp"
#include "cli/readiness.hpp"
#include "cli/refusals.hpp"
#include "cli/serve_config.hpp"
#include "cli/server_metrics.hpp"
#include "cli/systemd.hpp"
#include "core/access_token.hpp"
#include "core/revocations.hpp"
#include "http/api.hpp"
#include "http/errors.hpp"
#include "http/revocation_feed.hpp"
#include "http/revocation_snapshots.hpp"
#include "http/revocations.hpp"
#include "http/routes.hpp"
#include "http/security_headers.hpp"
#include "http/server.hpp"
#include "http/status_lists.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience        = 10s;  // for running requests, when told to stop
constexpr auto kHashingNiceness = 10;   // refreshes go first

// Where people reach a server that listens on every address.
std::string public_host(std::string const& host)
{
    return host == "0.0.0.0" || host == "::" ? "localhost" : host;
}

std::string url(bool tls, HostPort const& address)
{
    return fmt::format("{}://{}", tls ? "https" : "http",
                       format_host_port({.host = public_host(address.host), .port = address.port}));
}

std::size_t hashing_threads(Config const& config)
{
    std::size_t const cores     = std::max(1U, std::thread::hardware_concurrency());
    auto const&       passwords = config.rules.passwords;
    std::size_t const fitting   = std::size_t{passwords.memory_budget_mib} * 1024 / passwords.memory_kib;
    // Twice as many: while some wait for the disk, the cores have hashes to compute, and no more than one each.
    return 2 * std::clamp<std::size_t>(fitting, 1, cores);
}

// A server being put together, bound first so that the issuer can name its port. Members end in reverse order: jobs of
// the pools still use all that stands above them.
class House {
public:
    House(Config config, DataFolder const& folder)
        : config_(std::move(config)),
          certificate_(watch_certificate(folder)),
          main_(main_options(config_, folder), at_call(handler_), error_page(), metrics_),
          admin_(admin_options(config_), at_call(admin_handler_), error_page(), metrics_)
    {
        config_.listen.port       = main_.port();
        config_.admin_listen.port = admin_.port();
        if (config_.issuer.empty()) config_.issuer = url(!config_.plain_http, config_.listen);
    }

    std::expected<void, Trouble> furnish(DataFolder const& folder)
    {
        auto instance = Instance::open(config_, folder, Instance::Purpose::serving);
        if (!instance) return std::unexpected(std::move(instance).error());
        instance_ = std::move(*instance);
        authenticator_.emplace(instance_->ports());
        api_settings_       = {.issuer          = config_.issuer,
                               .allowed_origins = config_.allowed_origins,
                               .signup          = config_.signup,
                               .secure          = config_.issuer.starts_with("https://"),
                               .brand           = config_.brand,
                               .brand_css       = config_.brand_css.empty() ? "" : read_text(config_.brand_css),
                               .brand_logo      = find_logo()};
        error_needs_.strict = http::is_strict_transport(api_settings_);
        start_pools();
        signer_.emplace(instance_->feed_keyring(), config_.issuer, instance_->ports().clock, instance_->ports().random);
        snapshots_.emplace([this](revocation::Position const& at) { return http::make_snapshot(*api_, at); });
        status_lists_.emplace(instance_->ports());
        api_.emplace(http::Api{.ports         = instance_->ports(),
                               .authenticator = *authenticator_,
                               .settings      = api_settings_,
                               .storage_pool  = *storage_pool_,
                               .hashing_pool  = *hashing_pool_,
                               .metrics       = metrics_,
                               .verifiers     = verifiers_,
                               .revocations   = feed_,
                               .snapshots     = *snapshots_,
                               .feed_signer   = *signer_,
                               .feed_keys     = instance_->feed_keyring(),
                               .event_keys    = instance_->event_keyring(),
                               .status_lists  = *status_lists_,
                               .ready         = [this] { return readiness_.ask(); }});
        handler_       = http::dispatch(http::routes(), *api_);
        admin_handler_ = http::dispatch(http::admin_routes(), *api_);
        watch_server(metrics_, {.instance     = *instance_,
                                .storage_pool = *storage_pool_,
                                .hashing_pool = *hashing_pool_,
                                .certificate  = certificate_.get()});
        // What was revoked while no server ran: the tokens may still live.
        auto const& ports    = instance_->ports();
        auto const  followed = ports.revocations.follow(ports.revocation_log, ports.clock.now());
        if (!followed) return std::unexpected(sentence(followed.error(), "the revocation log"));
        auto const verifiers = expect_verifiers();
        if (!verifiers) return std::unexpected(sentence(verifiers.error(), "the verifiers"));
        publisher_.emplace(PublisherNeeds{.ports        = ports,
                                          .keyring      = instance_->keyring(),
                                          .feed_keyring = instance_->feed_keyring(),
                                          .signer       = *signer_,
                                          .feed         = feed_,
                                          .metrics      = metrics_},
                           followed->head);
        return {};
    }

    void start()
    {
        maintenance_.emplace(MaintenanceNeeds{.ports              = instance_->ports(),
                                              .keyring            = instance_->keyring(),
                                              .feed_keyring       = instance_->feed_keyring(),
                                              .audit              = instance_->audit_review(),
                                              .metrics            = metrics_,
                                              .follow_verifiers   = [this] { return follow_verifiers(); },
                                              .follow_certificate = [this] { return follow_certificate(); }});
        delivery_.emplace(EventDeliveryNeeds{.ports      = instance_->ports(),
                                             .master_key = instance_->master_key(),
                                             .keyring    = instance_->event_keyring(),
                                             .metrics    = metrics_});
        main_.start();
        admin_.start();
    }

    // True when nothing had to be cut off.
    bool drain()
    {
        readiness_.drain();
        bool const whole = main_.drain(kPatience);
        admin_.drain(1s);
        return whole;
    }

    core::Result<void> reload_certificate() { return certificate_ ? certificate_->reload() : core::Result<void>{}; }
    Instance&          instance() { return *instance_; }
    Config const&      config() const { return config_; }
    std::string        main_url() const { return url(!config_.plain_http, config_.listen); }
    std::string        admin_url() const { return url(false, config_.admin_listen); }

private:
    // Those that have ever followed may have done so until a moment ago.
    core::Result<void> expect_verifiers()
    {
        auto& store = instance_->ports().verifiers;
        TRY(verifiers_.follow(store));
        auto const all = TRY(store.list_verifiers());
        for (auto const& verifier : all)
            if (verifier.last_connected_at) feed_.expect(verifier.name, http::RevocationFeed::Clock::now());
        return {};
    }

    core::Result<void> follow_verifiers()
    {
        auto const& ports = instance_->ports();
        auto        gone  = TRY(verifiers_.follow(ports.verifiers));
        for (auto const& name : gone) feed_.drop(name);
        // And those that were let in before, and began to follow after the last look.
        for (auto const& name : std::exchange(dropped_verifiers_, std::move(gone))) feed_.drop(name);
        return ports.verifiers.note_connected(feed_.take_connected(), ports.clock.now());
    }

    core::Result<void> follow_certificate() { return certificate_ ? certificate_->follow() : core::Result<void>{}; }

    std::optional<http::Picture> find_logo() const
    {
        if (config_.brand_logo.empty()) return std::nullopt;
        auto logo = read_logo(config_.brand_logo);
        if (!logo) throw std::runtime_error("[branding] logo " + logo.error());  // it was fine a moment ago
        return std::move(*logo);
    }

    static http::RevocationFeed::Limits feed_limits(Config const& config)
    {
        http::RevocationFeed::Limits limits;
        limits.patience = config.confirmation_wait;
        return limits;
    }

    static http::ServerOptions main_options(Config const& config, DataFolder const& folder)
    {
        bool const          own = config.certificate.empty() && !config.plain_http;
        http::ServerOptions options{
            .listen           = {.host = config.listen.host, .port = config.listen.port, .tls = !config.plain_http},
            .certificate_file = own ? folder.certificate().string() : config.certificate,
            .private_key_file = own ? folder.private_key().string() : config.private_key,
            .threads          = 0,
            .limits           = {},
            .trusted_proxies  = config.trusted_proxies,
            .forwarded_header = config.forwarded_header,
            .proxy_protocol   = config.proxy_protocol,
            .name             = "main"};
        options.limits.connections = connections_that_fit(config.connections);
        // However few there may be, nobody takes all.
        options.limits.connections_per_address =
            std::min(options.limits.connections_per_address, std::max<std::size_t>(options.limits.connections / 4, 1));
        return options;
    }

    static http::ServerOptions admin_options(Config const& config)
    {
        http::ServerOptions options;
        options.listen  = {.host = config.admin_listen.host, .port = config.admin_listen.port, .tls = false};
        options.threads = 1;
        options.name    = "admin";
        return options;
    }

    std::unique_ptr<CertificateWatch> watch_certificate(DataFolder const& folder)
    {
        if (config_.plain_http) return nullptr;
        auto const options = main_options(config_, folder);
        return std::make_unique<CertificateWatch>(CertificateFiles{options.certificate_file, options.private_key_file},
                                                  [this] { main_.reload_certificate(); });
    }

    // The handler is set between binding and start().
    static http::Handler at_call(http::Handler const& handler)
    {
        return [&handler](std::shared_ptr<http::Request const> request, http::Responder respond) {
            handler(std::move(request), std::move(respond));
        };
    }

    // Its needs are known before start() too.
    http::ErrorPage error_page() const
    {
        return [this](int status, std::string_view code) { return http::error_page(status, code, error_needs_); };
    }

    void start_pools()
    {
        storage_pool_.emplace(WorkerPool::Options{.name         = "storage",
                                                  .threads      = config_.storage_threads,
                                                  .queue        = config_.storage.queue,
                                                  .longest_wait = config_.storage.wait});
        hashing_pool_.emplace(WorkerPool::Options{.name         = "hashing",
                                                  .threads      = hashing_threads(config_),
                                                  .queue        = config_.hashing.queue,
                                                  .longest_wait = config_.hashing.wait,
                                                  .niceness     = kHashingNiceness});
    }

    Config               config_;
    Metrics              metrics_;
    http::RevocationFeed feed_{feed_limits(config_), metrics_};  // from before the servers: their streams leave it
    http::Handler        handler_;
    http::Handler        admin_handler_;
    http::SecurityNeeds  error_needs_;
    std::unique_ptr<CertificateWatch>        certificate_;  // from before main_ reads it; null without TLS
    http::Server                             main_;
    http::Server                             admin_;
    std::unique_ptr<Instance>                instance_;
    Readiness                                readiness_{[this] { return instance_->check_ready(); }};
    std::optional<core::Authenticator>       authenticator_;
    core::VerifierCredentials                verifiers_;
    std::vector<std::string>                 dropped_verifiers_;  // at the last look
    std::optional<core::FeedSigner>          signer_;
    std::optional<http::RevocationSnapshots> snapshots_;
    std::optional<http::StatusLists>         status_lists_;
    http::ApiSettings                        api_settings_;
    std::optional<http::Api>                 api_;
    std::optional<Publisher>                 publisher_;
    std::optional<WorkerPool>                storage_pool_;
    std::optional<WorkerPool>                hashing_pool_;
    std::optional<Maintenance>               maintenance_;
    std::optional<EventDelivery>             delivery_;
};

void reload(House& house)
{
    // A certificate that cannot be read must not end a server that works with the old one.
    auto const done = house.reload_certificate();
    if (!done) log::error("certificate kept: the new one cannot be used", {{"detail", done.error().detail}});
}

void serve_until_stopped(House& house, Signals const& signals)
{
    while (signals.wait() == Signals::Kind::reload) reload(house);
    signals.release();
    notify_systemd("STOPPING=1");
    log::info("draining");
    bool const whole = house.drain();
    log::info("stopped", {{"cut_off", whole ? "no" : "yes"}});
}

// In --dev, before anyone is let in: an account to sign in with when there is none.
std::expected<std::optional<FirstUser>, Trouble> provide_first_user(House& house, DataFolder const& folder)
{
    if (!house.config().dev) return std::nullopt;
    auto first = think_of_first_user(house.instance().ports());
    if (!first) return std::unexpected(sentence(first.error(), "the first user"));
    if (!*first) return std::nullopt;
    // In this order: what was kept for an account that was never made is replaced at the next start.
    TRY(keep_first_user(folder, **first));
    auto const added = add_first_user(house.instance().ports(), **first);
    if (!added) return std::unexpected(sentence(added.error(), "the first user"));
    return std::move(*first);
}

// CHECKS E34: another configuration is another start. A disk that takes no row keeps nobody from what needs none.
void note_start(core::Ports const& ports, LoadedConfig const& loaded)
{
    auto const noted = ports.audit.append(
        {.at = ports.clock.now(), .event = core::AuditEvent::server_started, .detail = describe(loaded)});
    if (!noted) log::warning("the start is not in the audit log", {{"detail", noted.error().detail}});
}

// Says where the server is: one line in the log, and in --dev a page on standard output.
void introduce(House const& house, DataFolder const& folder, std::optional<FirstUser> first)
{
    log::info("listening",
              {{"url", house.main_url()}, {"admin", house.admin_url()}, {"issuer", house.config().issuer}});
    if (!house.config().dev) return;
    bool const own = house.config().certificate.empty() && !house.config().plain_http;
    fmt::print("{}", dev_banner({.url         = house.main_url(),
                                 .admin_url   = house.admin_url(),
                                 .data        = folder.path().string(),
                                 .certificate = own ? folder.certificate().string() : "",
                                 .first_user  = std::move(first)}));
    static_cast<void>(std::fflush(stdout));  // a closed terminal is no reason to stop
}

}  // namespace

Exit serve(ServeOptions const& options)
{
    auto const loaded = load_serve_config(options);
    if (!loaded) return loaded.error();
    auto const& config = loaded->config;
    log::configure(config.log_level, config.log_format);
    for (auto const& warning : loaded->warnings) log::warning(warning);

    if (config.dev) allow_debugger();
    Signals const signals;

    auto const stop = [](Trouble const& trouble) {
        complain(trouble);
        return kUnavailable;
    };
    auto const is_set = require_set_clock(SystemClock{}.now());
    if (!is_set) return stop(is_set.error());
    auto const folder = DataFolder::open(config.data);
    if (!folder) return stop(folder.error());
    if (config.certificate.empty() && !config.plain_http) {
        auto const provided = provide_certificate(*folder, config.listen.host, SystemClock{}.now());
        if (!provided) return stop(provided.error());
    }

    if (auto const fitting = connections_that_fit(config.connections); fitting < config.connections)
        log::warning("fewer connections than [server] connections: the limit of descriptors is low",
                     {{"connections", static_cast<std::int64_t>(fitting)},
                      {"wanted", static_cast<std::int64_t>(config.connections)}});
    House house(config, *folder);
    if (auto const furnished = house.furnish(*folder); !furnished) return stop(furnished.error());
    note_start(house.instance().ports(), *loaded);
    auto first = provide_first_user(house, *folder);
    if (!first) return stop(first.error());
    house.start();
    introduce(house, *folder, std::move(*first));
    notify_systemd("READY=1");
    serve_until_stopped(house, signals);
    return kDone;
}

}  // namespace signet::cli
