// The one table of settings: section, key, place, bounds, and what the documentation says.
#include <array>

#include "cli/config.hpp"

namespace signet::cli {
namespace {

#define PLACE(member) [](Config& c) -> auto& { return c.member; }

auto const kTable = std::to_array<Setting>({
    {"server", "listen", PLACE(listen), "", "", "Address and port people reach, over TLS. Port 0 takes any free one."},
    {"server", "issuer", PLACE(issuer), "", "",
     "The public base URL, for example `https://id.example.com`: the `iss` of every token, the same for all who "
     "verify. Required but for `serve --dev`, where it follows from `listen`."},
    {"server", "data", PLACE(data), "", "",
     "The data folder: database, and the master key unless it lies elsewhere. Only the server's user may enter it."},
    {"server", "master_key", PLACE(master_key), "", "",
     "File with the master key, mode 0600. Empty: the systemd credential `master.key` when there is one, else "
     "`master.key` in the data folder, made at the first start. Without it the database cannot be used: keep a copy "
     "apart from it."},
    {"server", "certificate", PLACE(certificate), "", "",
     "File with the TLS certificate and its chain, PEM, leaf first. SIGHUP reads it again."},
    {"server", "private_key", PLACE(private_key), "", "",
     "File with the certificate's private key, PEM, not readable by every user."},
    {"server", "plain_http", PLACE(plain_http), "", "",
     "Serve without TLS. Only on a loopback address, or behind the proxies named in `trusted_proxies`."},
    {"server", "allowed_origins", PLACE(allowed_origins), "", "",
     "Origins besides the issuer's own whose pages may call the API, exactly as browsers send them: "
     "`[\"https://app.example.com\"]`."},
    {"server", "trusted_proxies", PLACE(trusted_proxies), "", "",
     "Addresses of reverse proxies whose `X-Forwarded-For` is believed. Everyone else's is ignored."},
    {"server", "connections", PLACE(connections), "10", "1000000", "Open connections at most, all clients together."},

    {"admin", "listen", PLACE(admin_listen), "", "",
     "Address of `/metrics`, `/healthz`, and `/readyz` for operators. Plain HTTP, so a loopback address."},

    {"tokens", "audience", PLACE(rules.tokens.audience), "", "", "The `aud` of access tokens. Empty: the issuer."},
    {"tokens", "algorithm", PLACE(rules.tokens.algorithm), "", "",
     "How access tokens are signed. HS256 serves a single server that verifies its own tokens."},
    {"tokens", "access_lifetime", PLACE(rules.tokens.access_lifetime), "1s", "24h",
     "Life of an access token, shortened by up to 5 % at random. Outside 5m to 15m a warning is printed."},
    {"tokens", "publish_key_set", PLACE(publish_key_set), "", "",
     "Whether others verify tokens with `/.well-known/jwks.json`. False only together with HS256."},

    {"sessions", "refresh_window", PLACE(rules.sessions.refresh_window), "0s", "10m",
     "A refresh token superseded less than this ago still gets its successor; one superseded longer ago is theft and "
     "ends the session."},
    {"sessions", "idle_limit", PLACE(rules.sessions.idle_limit), "1m", "400d",
     "A session not used for this long is over."},
    {"sessions", "absolute_limit", PLACE(rules.sessions.absolute_limit), "1m", "3650d",
     "A session is over this long after the sign-in, however much it is used."},

    {"passwords", "min_length", PLACE(rules.passwords.min_length), "8", "64",
     "Shortest password taken, in characters."},
    {"passwords", "memory_kib", PLACE(rules.passwords.memory_kib), "7168", "1048576",
     "Argon2id memory of one hash, in KiB. With `iterations` at least as strong as OWASP's lowest advice."},
    {"passwords", "iterations", PLACE(rules.passwords.iterations), "1", "20", "Argon2id passes of one hash."},
    {"passwords", "memory_budget_mib", PLACE(memory_budget_mib), "8", "1048576",
     "Memory for all hashes that run at once, in MiB: the smaller of this divided by `memory_kib` and the number of "
     "cores is how many do."},
    {"passwords", "queue", PLACE(hashing.queue), "1", "10000",
     "Sign-ins that may wait for their hash; more are answered 503 with Retry-After."},
    {"passwords", "queue_wait", PLACE(hashing.wait), "100ms", "30s", "How long one of them may wait."},

    {"storage", "threads", PLACE(storage.threads), "1", "256", "Requests that may wait for the disk at once."},
    {"storage", "queue", PLACE(storage.queue), "1", "100000",
     "Requests that may wait for their turn behind them; more are answered 503 with Retry-After."},
    {"storage", "queue_wait", PLACE(storage.wait), "100ms", "30s", "How long one of them may wait."},

    {"throttle", "account_free", PLACE(rules.throttle.account_free), "1", "20",
     "Failed sign-ins to one account without a wait; then 1, 2, 4 … seconds."},
    {"throttle", "account_hard_stop", PLACE(rules.throttle.account_hard_stop), "5", "100",
     "Failed sign-ins to one account after which only a device that signed in before, or an operator, gets in."},
    {"throttle", "address_free", PLACE(rules.throttle.address_free), "5", "100000",
     "Failed sign-ins from one address without a wait."},
    {"throttle", "network_free", PLACE(rules.throttle.network_free), "5", "1000000",
     "Failed sign-ins from one IPv6 /64 without a wait."},
    {"throttle", "longest_wait", PLACE(rules.throttle.longest_wait), "1m", "24h", "The waits grow up to this."},
    {"throttle", "forget_after", PLACE(rules.throttle.forget_after), "1h", "90d",
     "Failures are forgotten this long after the latest."},

    {"keys", "rotate_every", PLACE(rules.keys.rotate_every), "1d", "400d", "A new signing key takes over this often."},
    {"keys", "publish_ahead", PLACE(rules.keys.publish_ahead), "1h", "30d",
     "A new key is in the key set this long before it signs, so that every verifier has it."},

    {"signup", "enabled", PLACE(signup), "", "",
     "Whether strangers may make an account. False: only `signet user add` does."},

    {"branding", "name", PLACE(brand), "", "", "The name the sign-in pages show."},
    {"branding", "css", PLACE(brand_css), "", "",
     "File with a style sheet that sets the pages' custom properties, for example "
     "`:root { --signet-accent: #0a7d4f }`; web/README.md lists them."},

    {"log", "level", PLACE(log_level), "", "", "Least level that is written to standard error."},
    {"log", "format", PLACE(log_format), "", "", "One line of text, or one JSON object, per event."},
});

#undef PLACE

}  // namespace

std::span<Setting const> settings()
{
    return kTable;
}

std::string label(Setting const& setting)
{
    return "[" + std::string{setting.section} + "] " + std::string{setting.key};
}

std::string environment_name(Setting const& setting)
{
    auto name = "SIGNET_" + std::string{setting.section} + "_" + std::string{setting.key};
    for (auto& c : name)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return name;
}

}  // namespace signet::cli
