// The one table of settings: section, key, place, bounds, and what the documentation says.
#include <array>

#include "cli/config.hpp"

namespace signet::cli {
namespace {

using core::Settings;

// config.*first.*second…: where a setting lives.
template <auto... Members>
auto& at(Config& config)
{
    return (config.*....*Members);
}

auto const kTable = std::to_array<Setting>({
    {"server", "listen", at<&Config::listen>, "", "",
     "Address and port people reach, over TLS. Port 0 takes any free one."},
    {"server", "issuer", at<&Config::issuer>, "", "",
     "The public base URL, for example `https://id.example.com`: the `iss` of every token, the same for all who "
     "verify. Required but for `serve --dev`, where it follows from `listen`."},
    {"server", "data", at<&Config::data>, "", "",
     "The data folder: database, and the master key unless it lies elsewhere. Only the server's user may enter it."},
    {"server", "master_key", at<&Config::master_key>, "", "",
     "File with the master key, mode 0600. Empty: `master.key` in the data folder. Made at the first start. The "
     "systemd "
     "credential `master.key` goes before it. Without it the database cannot be used: keep a copy apart from it."},
    {"server", "certificate", at<&Config::certificate>, "", "",
     "File with the TLS certificate and its chain, PEM, leaf first. A changed pair is taken into use within seconds, "
     "or at "
     "SIGHUP; connections stay."},
    {"server", "private_key", at<&Config::private_key>, "", "",
     "File with the certificate's private key, PEM, not readable by every user."},
    {"server", "plain_http", at<&Config::plain_http>, "", "",
     "Serve without TLS. Only on a loopback address, or behind the proxies named in `trusted_proxies`: whoever else "
     "connects, a health checker too, gets 421 `tls_required`."},
    {"server", "allowed_origins", at<&Config::allowed_origins>, "", "",
     "Origins besides the issuer's own whose pages may call the API, exactly as browsers send them: "
     "`[\"https://app.example.com\"]`."},
    {"server", "trusted_proxies", at<&Config::trusted_proxies>, "", "",
     "Addresses and networks (`10.0.0.0/8`) of reverse proxies whose word on the client's address is believed. "
     "Everyone "
     "else's is ignored."},
    {"server", "forwarded_header", at<&Config::forwarded_header>, "", "",
     "The header in which they give it; the other one is ignored. `Forwarded` is RFC 7239."},
    {"server", "proxy_protocol", at<&Config::proxy_protocol>, "", "",
     "Whether each connection of theirs begins with a header of the PROXY protocol, version 2, before TLS: HAProxy's "
     "`send-proxy-v2`, or a network load balancer. One without it is ended. Everyone else connects as ever."},
    {"server", "connections", at<&Config::connections>, "10", "1000000",
     "Open connections at most, all clients together."},

    {"admin", "listen", at<&Config::admin_listen>, "", "",
     "Address of `/metrics`, `/healthz`, and `/readyz` for operators. Plain HTTP, so a loopback address."},

    {"tokens", "audience", at<&Config::rules, &Settings::tokens, &core::TokenSettings::audience>, "", "",
     "The `aud` of access tokens. Empty: the issuer."},
    {"tokens", "algorithm", at<&Config::rules, &Settings::tokens, &core::TokenSettings::algorithm>, "", "",
     "How access tokens are signed. HS256, HS384 and HS512 serve a single server that verifies its own tokens."},
    {"tokens", "access_lifetime", at<&Config::rules, &Settings::tokens, &core::TokenSettings::access_lifetime>, "1s",
     "24h", "Life of an access token, shortened by up to 5 % at random. Outside 5m to 15m a warning is printed."},
    {"tokens", "publish_key_set", at<&Config::publish_key_set>, "", "",
     "Whether others verify tokens with `/.well-known/jwks.json`. False only together with HS256, HS384 or HS512."},
    {"tokens", "status_list", at<&Config::rules, &Settings::tokens, &core::TokenSettings::status_list>, "", "",
     "Whether access tokens name a place in a status list at `/status-lists/…`, for services that learn of sign-outs "
     "by the OAuth Token Status List: within 15 to 30 seconds. Sessions opened before have none. Not together with "
     "HS256, HS384 or HS512."},

    {"sessions", "mode", at<&Config::rules, &Settings::sessions, &core::SessionSettings::mode>, "", "",
     "What a sign-in leaves in a browser: `token`, a refresh token that rotates, or `session`, one cookie for as long "
     "as the session lasts, for services behind `signet gateway` with the same `mode`. What is no browser gets a "
     "refresh "
     "token either way."},
    {"sessions", "refresh_window", at<&Config::rules, &Settings::sessions, &core::SessionSettings::refresh_window>,
     "0s", "10m",
     "A refresh token superseded less than this ago still gets its successor; one superseded longer ago is theft and "
     "ends the session."},
    {"sessions", "idle_limit", at<&Config::rules, &Settings::sessions, &core::SessionSettings::idle_limit>, "1m",
     "400d", "A session not used for this long is over."},
    {"sessions", "absolute_limit", at<&Config::rules, &Settings::sessions, &core::SessionSettings::absolute_limit>,
     "1m", "3650d", "A session is over this long after the sign-in, however much it is used."},

    {"passwords", "min_length", at<&Config::rules, &Settings::passwords, &core::PasswordSettings::min_length>, "8",
     "64", "Shortest password taken, in characters."},
    {"passwords", "memory_kib", at<&Config::rules, &Settings::passwords, &core::PasswordSettings::memory_kib>, "7168",
     "1048576", "Argon2id memory of one hash, in KiB. With `iterations` at least as strong as OWASP's lowest advice."},
    {"passwords", "iterations", at<&Config::rules, &Settings::passwords, &core::PasswordSettings::iterations>, "1",
     "20", "Argon2id passes of one hash."},
    {"passwords", "memory_budget_mib",
     at<&Config::rules, &Settings::passwords, &core::PasswordSettings::memory_budget_mib>, "8", "1048576",
     "Memory for all hashes that run at once, in MiB: the smaller of this divided by `memory_kib` and the number of "
     "cores is how many do. Imported hashes that take more wait for each other; one that takes more than all of it is "
     "not imported."},
    {"passwords", "queue", at<&Config::hashing, &PoolSettings::queue>, "1", "10000",
     "Sign-ins that may wait for their hash, by address in turns; more are answered 503 with Retry-After, the newest "
     "of "
     "whoever has most waiting first."},
    {"passwords", "queue_wait", at<&Config::hashing, &PoolSettings::wait>, "100ms", "30s",
     "How long one of them may wait."},

    {"revocations", "confirmation_wait", at<&Config::confirmation_wait>, "0s", "5s",
     "How long a sign-out waits, once it is published, until every verifier that follows the feed has confirmed that "
     "it refuses the session. The answer says how many have: `Signet-Propagated`. What cannot be published is "
     "answered after 2 s."},

    {"storage", "threads", at<&Config::storage_threads>, "1", "256", "Requests that may wait for the disk at once."},
    {"storage", "queue", at<&Config::storage, &PoolSettings::queue>, "1", "100000",
     "Requests that may wait for their turn behind them, by address in turns; more are answered 503 with Retry-After. "
     "Sign-ins are, from half of it on."},
    {"storage", "queue_wait", at<&Config::storage, &PoolSettings::wait>, "100ms", "30s",
     "How long one of them may wait."},

    {"throttle", "account_free", at<&Config::rules, &Settings::throttle, &core::ThrottleSettings::account_free>, "1",
     "20", "Failed sign-ins to one account without a wait; then 1, 2, 4 … seconds."},
    {"throttle", "account_hard_stop",
     at<&Config::rules, &Settings::throttle, &core::ThrottleSettings::account_hard_stop>, "5", "100",
     "Failed sign-ins to one account after which only a device that signed in before gets in, until `forget_after` has "
     "passed or an operator lets the account in again: `signet user enable` or `set-password`."},
    {"throttle", "address_free", at<&Config::rules, &Settings::throttle, &core::ThrottleSettings::address_free>, "5",
     "100000",
     "Failed sign-ins from one address without a wait. As many are forgotten in each `forget_after`, one after the "
     "other."},
    {"throttle", "network_free", at<&Config::rules, &Settings::throttle, &core::ThrottleSettings::network_free>, "5",
     "1000000", "Failed sign-ins from one IPv6 /64 without a wait, likewise."},
    {"throttle", "signup_free", at<&Config::rules, &Settings::throttle, &core::ThrottleSettings::signup_free>, "1",
     "100000", "Accounts made from one address, or one IPv6 /64, in an hour without a wait."},
    {"throttle", "alarm_failures", at<&Config::rules, &Settings::throttle, &core::ThrottleSettings::alarm_failures>,
     "0", "1000000",
     "When this many sign-ins fail within a minute, over all accounts and addresses, guessing is suspected: a warning "
     "in the log, `guessing_suspected` in the audit log, and 1 in the metric `signet_guessing_suspected`. 0: never."},
    {"throttle", "longest_wait", at<&Config::rules, &Settings::throttle, &core::ThrottleSettings::longest_wait>, "1m",
     "24h", "The waits grow up to this."},
    {"throttle", "forget_after", at<&Config::rules, &Settings::throttle, &core::ThrottleSettings::forget_after>, "1h",
     "90d", "Failures are forgotten this long after the latest; a success does not count as one."},

    {"keys", "rotate_every", at<&Config::rules, &Settings::keys, &core::KeySettings::rotate_every>, "1d", "400d",
     "A new signing key takes over this often."},
    {"keys", "publish_ahead", at<&Config::rules, &Settings::keys, &core::KeySettings::publish_ahead>, "1h", "30d",
     "A new key is in the key set this long before it signs, so that every verifier has it."},

    {"audit", "keep", at<&Config::rules, &Settings::audit, &core::AuditSettings::keep>, "1d", "3650d",
     "Rows of the audit log are removed when they are this old. Copy them elsewhere before if they must be kept "
     "longer."},

    {"events", "keep", at<&Config::rules, &Settings::events, &core::EventSettings::keep>, "1h", "90d",
     "A security event is sent to its receiver again and again until it is this old; then it is dropped, with an error "
     "in "
     "the log."},
    {"events", "most_pending", at<&Config::rules, &Settings::events, &core::EventSettings::most_pending>, "100",
     "10000000", "So many security events wait for one receiver at most; the oldest are dropped, likewise."},

    {"signup", "enabled", at<&Config::signup>, "", "",
     "Whether strangers may make an account. False: only `signet user add` does."},

    {"branding", "name", at<&Config::brand>, "", "", "The name the sign-in pages show."},
    {"branding", "css", at<&Config::brand_css>, "", "",
     "File with a style sheet that sets the pages' custom properties, for example "
     "`:root { --signet-accent: #0a7d4f }`; web/README.md lists them."},
    {"branding", "logo", at<&Config::brand_logo>, "", "",
     "File with the picture that stands for the seal on the sign-in pages, 28 px high there: PNG, JPEG, or WebP, at "
     "most 256 KiB."},

    {"log", "level", at<&Config::log_level>, "", "", "Least level that is written to standard error."},
    {"log", "format", at<&Config::log_format>, "", "", "One line of text, or one JSON object, per event."},
});

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
