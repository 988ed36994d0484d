// What settings must satisfy together, and which values are never safe.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "base/utf8.hpp"
#include "cli/address_rules.hpp"
#include "cli/config.hpp"
#include "cli/config_values.hpp"
#include "cli/logo.hpp"
#include "http/forwarded.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

// One pass over the rules; each gives at most one problem.
class Check {
public:
    explicit Check(LoadedConfig& loaded) : loaded_(loaded), config_(loaded.config) {}

    void tokens()
    {
        bool const symmetric = jose::is_symmetric(config_.rules.tokens.algorithm);
        if (symmetric && config_.publish_key_set)
            problem("tokens", "algorithm",
                    std::string{jose::name(config_.rules.tokens.algorithm)} +
                        " cannot be used with a published key set: whoever could verify tokens could also make them. "
                        "Use ES256, or set publish_key_set = false if only this server verifies its tokens.");
        if (!symmetric && !config_.publish_key_set)
            problem("tokens", "publish_key_set",
                    "can be false only with an algorithm of shared secrets: HS256, HS384, or HS512.");
        if (symmetric && config_.rules.tokens.status_list)
            problem("tokens", "status_list",
                    "cannot be used with a shared secret: nobody else could check who signed the lists.");
        if (auto const life = config_.rules.tokens.access_lifetime; life < 5min || life > 15min)
            warning("tokens", "access_lifetime",
                    fmt::format("is {}; 5m to 15m is advised: shorter means many refreshes, longer means that other "
                                "servers honour a token long after its sign-out.",
                                format_duration(life)));
    }

    void sessions()
    {
        auto const& s = config_.rules.sessions;
        if (s.idle_limit > s.absolute_limit)
            problem("sessions", "idle_limit", "is longer than absolute_limit, so it would never apply.");
        if (2 * s.refresh_window >= s.idle_limit)
            problem("sessions", "refresh_window", "must be less than half of idle_limit.");
        if (config_.rules.tokens.access_lifetime > s.idle_limit)
            problem("tokens", "access_lifetime", "is longer than [sessions] idle_limit.");
    }

    void passwords()
    {
        auto const&         p      = config_.rules.passwords;
        // The weakest pairs OWASP's Password Storage Cheat Sheet still advises.
        std::uint32_t const passes = p.memory_kib >= 47104   ? 1
                                     : p.memory_kib >= 19456 ? 2
                                     : p.memory_kib >= 12288 ? 3
                                     : p.memory_kib >= 9216  ? 4
                                                             : 5;
        if (p.iterations < passes)
            problem("passwords", "iterations",
                    fmt::format("must be at least {} with memory_kib = {}, or hashes are too cheap to guess.", passes,
                                p.memory_kib));
        if (std::uint64_t{p.memory_budget_mib} * 1024 < p.memory_kib)
            problem("passwords", "memory_budget_mib", "is less than one hash needs (memory_kib).");
    }

    void keys()
    {
        auto const& k = config_.rules.keys;
        if (k.rotate_every <= k.publish_ahead + config_.rules.tokens.access_lifetime)
            problem("keys", "rotate_every", "must be longer than publish_ahead and an access token's life together.");
    }

    void throttle()
    {
        auto const& t = config_.rules.throttle;
        if (t.account_free >= t.account_hard_stop)
            problem("throttle", "account_free", "must be less than account_hard_stop.");
        if (t.longest_wait > t.forget_after)
            problem("throttle", "longest_wait", "must not be longer than forget_after.");
    }

    void origins()
    {
        if (!config_.issuer.empty())
            if (auto const fault = fault_of_origin(config_.issuer)) problem("server", "issuer", *fault + ".");
        for (auto const& origin : config_.allowed_origins)
            if (auto const fault = fault_of_origin(origin))
                problem("server", "allowed_origins", fmt::format("has \"{}\", which {}.", origin, *fault));
        for (auto const& proxy : config_.trusted_proxies)
            if (!http::TrustedProxies::takes(proxy))
                problem("server", "trusted_proxies",
                        fmt::format("has \"{}\", which is not an IP address or network such as 10.0.0.0/8.", proxy));
    }

    void proxies()
    {
        if (!config_.trusted_proxies.empty()) return;
        if (config_.proxy_protocol)
            problem("server", "proxy_protocol",
                    "is on, yet trusted_proxies names nobody whose PROXY header would be read.");
        if (config_.forwarded_header != http::ForwardedHeader::x_forwarded_for)
            problem("server", "forwarded_header", "is set, yet trusted_proxies names nobody who would be believed.");
    }

    void listeners()
    {
        if (!is_loopback(config_.admin_listen.host))
            problem("admin", "listen", "must be a loopback address such as 127.0.0.1: it is plain HTTP.");
        if (config_.admin_listen == config_.listen && config_.listen.port != 0)
            problem("admin", "listen", "is the same as [server] listen.");
        if (config_.plain_http && !is_loopback(config_.listen.host) && config_.trusted_proxies.empty())
            problem("server", "plain_http",
                    fmt::format("would send passwords unencrypted from {}. Listen on localhost, name the TLS proxy in "
                                "trusted_proxies, or leave plain HTTP off.",
                                format_host_port(config_.listen)));
        if (config_.plain_http && !config_.certificate.empty())
            problem("server", "plain_http", "contradicts certificate: choose one.");
        if (config_.certificate.empty() != config_.private_key.empty())
            problem("server", config_.certificate.empty() ? "private_key" : "certificate",
                    "is given alone; certificate and private_key go together.");
    }

    void branding()
    {
        auto rest = std::string_view{config_.brand};
        bool fits = !rest.empty() && rest.size() <= 60;
        while (fits && !rest.empty()) {
            auto const code = utf8::take(rest);
            fits            = code >= 0x20 && code != 0x7F && code != utf8::kReplacement;
        }
        if (!fits) problem("branding", "name", "must be 1 to 60 bytes of UTF-8 without control characters.");
    }

    Problems take() { return std::move(problems_); }

private:
    std::string sentence(std::string_view section, std::string_view key, std::string_view what) const
    {
        return fmt::format("{}: [{}] {} {}", loaded_.origin(section, key), section, key, what);
    }
    void problem(std::string_view section, std::string_view key, std::string_view what)
    {
        problems_.push_back(sentence(section, key, what));
    }
    void warning(std::string_view section, std::string_view key, std::string_view what)
    {
        loaded_.warnings.push_back(sentence(section, key, what));
    }

    LoadedConfig& loaded_;
    Config const& config_;
    Problems      problems_;
};

std::optional<std::string> fault_of_file(std::string const& path, mode_t forbidden)
{
    struct stat status{};
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return "is not a file that can be read";
    if ((status.st_mode & forbidden) != 0) return "can be read by every user of this machine; run: chmod o-rwx " + path;
    return std::nullopt;
}

}  // namespace

Problems check_rules(LoadedConfig& loaded)
{
    Check check(loaded);
    check.tokens();
    check.sessions();
    check.passwords();
    check.keys();
    check.throttle();
    check.origins();
    check.proxies();
    check.listeners();
    check.branding();
    return check.take();
}

Problems check_serving(LoadedConfig const& loaded)
{
    auto const& config = loaded.config;
    Problems    problems;
    auto const  add = [&](std::string_view section, std::string_view key, std::string_view what) {
        problems.push_back(fmt::format("{}: [{}] {} {}", loaded.origin(section, key), section, key, what));
    };
    if (!config.certificate.empty()) {
        if (auto const fault = fault_of_file(config.certificate, 0)) add("server", "certificate", *fault + ".");
        if (auto const fault = fault_of_file(config.private_key, S_IRWXO)) add("server", "private_key", *fault + ".");
    }
    if (!config.brand_css.empty())
        if (auto const fault = fault_of_file(config.brand_css, 0)) add("branding", "css", *fault + ".");
    if (!config.brand_logo.empty())
        if (auto const logo = read_logo(config.brand_logo); !logo) add("branding", "logo", logo.error() + ".");
    bool const tls_here = !config.plain_http;
    if (!config.dev && tls_here && config.certificate.empty())
        add("server", "certificate",
            "is needed to serve TLS, with private_key. To try Signet without one: signet serve --dev.");
    if (!config.dev && config.issuer.empty())
        add("server", "issuer", "is needed: the public base URL, for example \"https://id.example.com\".");
    if (tls_here && config.issuer.starts_with("http://"))
        add("server", "issuer", "begins with http:// while this server speaks TLS; write https://.");
    return problems;
}

}  // namespace signet::cli
