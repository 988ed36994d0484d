// The tables of what `signet gateway` can be told: section, key, place, and what the documentation says.
#include <array>

#include "cli/gateway_config.hpp"

namespace signet::cli {
namespace {

using gateway::Rule;

template <auto Member>
ValuePlace at(GatewayConfig& config)
{
    return &(config.*Member);
}
template <auto Member>
ValuePlace of(Rule& rule)
{
    return &(rule.*Member);
}

auto const kTable = std::to_array<GatewaySetting>({
    {"gateway", "proxy", at<&GatewayConfig::proxy>, true,
     "Who asks, and so in which headers it says what its client wants: `nginx` in `X-Original-Method` and "
     "`X-Original-URI` (nginx, and HAProxy with the script in deploy/gateway), `forwarded` in `X-Forwarded-Method` and "
     "`X-Forwarded-Uri` (Caddy, Traefik), `envoy` by method and path of its own request behind `/decision` (Envoy). "
     "The "
     "other headers are the client's word and are not read."},
    {"gateway", "listen", at<&GatewayConfig::listen>, false,
     "Where the proxy asks: `http://127.0.0.1:4180/decision`. Plain HTTP, so a loopback address. Port 0 takes any free "
     "one."},
    {"gateway", "mode", at<&GatewayConfig::mode>, false,
     "What a client shows: `token`, an access token in `Authorization`, or `session`, a session cookie of Signet's "
     "`[sessions] mode = \"session\"` as well. Then Signet is asked for the token that a cookie stands for, which is "
     "remembered until it ends, verified each time, and handed on in `Authorization` with every 200. The cookie only "
     "comes where Signet's pages have the same host as the service."},
    {"gateway", "sign_in_url", at<&GatewayConfig::sign_in_url>, false,
     "The sign-in page, for example `https://id.example.com/login`. A browser that opens a page without being signed "
     "in is sent there, and comes back by `return_to`. Empty: it gets 401, as programs do."},

    {"admin", "listen", at<&GatewayConfig::admin_listen>, false,
     "Address of `/metrics`, `/healthz`, and `/readyz` for operators. Plain HTTP, so a loopback address."},

    {"tokens", "issuer", at<&GatewayConfig::issuer>, true,
     "Signet's `[server] issuer`: the `iss` of every token. Its keys, and what it revokes, come from there."},
    {"tokens", "audience", at<&GatewayConfig::audience>, false,
     "What must be among a token's `aud`: Signet's `[tokens] audience`. Empty: the issuer."},
    {"tokens", "credential_file", at<&GatewayConfig::credential_file>, true,
     "File, mode 0600, with what `signet verifier add NAME` printed: it lets the gateway hear what is revoked. One in "
     "systemd's credentials folder may have any mode."},
    {"tokens", "ca_file", at<&GatewayConfig::ca_file>, false,
     "File with the certificates, PEM, that vouch for the issuer's. Empty: those of the system."},
    {"tokens", "algorithms", at<&GatewayConfig::algorithms>, false,
     "Those that a token may be signed with. HS256, HS384, and HS512 cannot be: their key is not published."},
    {"tokens", "when_stale", at<&GatewayConfig::when_stale>, false,
     "What becomes of a token while nothing has been heard of the issuer for 30 seconds, so that nobody knows what was "
     "revoked meanwhile: `fail_closed` answers 503, `until_expiry` accepts it until it expires. A rule may say "
     "otherwise."},

    {"log", "level", at<&GatewayConfig::log_level>, false, "Least level that is written to standard error."},
    {"log", "format", at<&GatewayConfig::log_format>, false, "One line of text, or one JSON object, per event."},
});

auto const kRuleTable = std::to_array<RuleSetting>({
    {"path", of<&Rule::path>,
     "The path it is for and all below it, by whole segments: `/admin` is `/admin/x` too and not `/administrator`. "
     "Written as it reads, not percent-encoded. Required."},
    {"methods", of<&Rule::methods>,
     "The methods it is for, in capital letters. `GET` is HEAD too. Without any: all that no other rule of the same "
     "path "
     "names. For a method that no rule of a path is for, a shorter path decides."},
    {"access", of<&Rule::access>,
     "`open`: anybody; who is signed in is told to the service all the same. `signed_in`: whoever has a valid token."},
    {"roles", of<&Rule::roles>, "Roles any one of which is needed. Without any: none is."},
    {"scopes", of<&Rule::scopes>, "Scopes all of which are needed."},
    {"when_stale", of<&Rule::when_stale>,
     "As `[tokens] when_stale`, which is its default: `fail_closed` for what an intruder must not do."},
});

}  // namespace

std::span<GatewaySetting const> gateway_settings()
{
    return kTable;
}

std::span<RuleSetting const> rule_settings()
{
    return kRuleTable;
}

}  // namespace signet::cli
