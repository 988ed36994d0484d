// docs/reference/gateway.md, written from the tables.
#include <fmt/format.h>

#include "cli/gateway_config.hpp"

namespace signet::cli {
namespace {

constexpr std::string_view kIntroduction = R"(# What `signet gateway` is told

<!-- Written by `signet config reference --gateway` from src/cli/gateway_table.cpp; a test compares. Do not edit. -->

One TOML file, given with `--config`, and nothing besides it: no environment, no defaults of the system.
[The guide](../guides/gateway.md) has one for each proxy. What is unknown, contradicts something else, or is insecure stops the
start with exit status 3, and the message names file and line; `signet gateway --config FILE --check` says the same
without starting.
)";

constexpr std::string_view kRules = R"(
## [[rule]]

Who may have what; any number of them, 1000 at most. The longest path decides, so that their order says nothing. Where no
rule is, who asks must be signed in. Two of the same path and method stop the start.
)";

constexpr std::string_view kAnswers = R"(
## What the proxy is answered

| status | when | with |
|---|---|---|
| 200 | it may pass the request on | the seven headers below; with `mode = "session"` also `Authorization` |
| 302 | a browser opens a page, nobody is signed in, `sign_in_url` is set | `Location`; with `proxy = "nginx"` it is a 401 and `X-Signet-Sign-In` instead |
| 401 | nobody is signed in; the token or the session cookie is not valid, or revoked | `WWW-Authenticate` |
| 403 | somebody lacks a role or scope; what was asked is not clear; the session cookie came with what no page of the service sent | `WWW-Authenticate` in the first case |
| 503 | it is not known yet what is revoked, or not any more where the rule is to fail closed; Signet cannot be asked about a session cookie | `Retry-After` |

Refusals have a JSON body, `{"error": …, "error_description": …}`, with the codes `missing_token`, `invalid_token`, `invalid_session`,
`insufficient_scope`, `unclear_request`, `origin_not_allowed`, and `unavailable`.

A path is refused as not clear when two readers could take it for two: a segment of dots, two slashes in a row, a
backslash, a semicolon, a percent-encoded slash, backslash, dot, percent sign, semicolon, question mark, number sign, or
control character, a bad percent-encoding, one that is not UTF-8, a byte that no path has. Else it is decoded once and
compared byte for byte, capitals included.

## What the service is told

`X-Signet-User`, `X-Signet-Session`, `X-Signet-Email`, `X-Signet-Name`, `X-Signet-Roles`, `X-Signet-Scopes`, `X-Signet-Client`. All of them
are in every 200, empty where there is nothing, so that a proxy that copies them overwrites whatever its client sent. Visible
ASCII but `%` stands as it is; every other byte, a space too, is `%` and two hexadecimal digits, as in addresses: `Ann Ü`
is `Ann%20%C3%9C`. Roles and scopes have a space between them.

With `mode = "session"` every 200 has `Authorization` as well: `Bearer` and the access token, the session's or the one that
came, for who wants to verify it or ask Signet with it; empty where there is nobody.
)";

std::string entry(std::string_view key, std::string_view doc, std::string const& type, std::string const& otherwise)
{
    return fmt::format("\n### {}\n\n{}\n\n- Type: {}\n- Default: {}\n", key, doc, type, otherwise);
}

}  // namespace

std::string gateway_reference()
{
    GatewayConfig    defaults;
    gateway::Rule    rule;
    std::string      out{kIntroduction};
    std::string_view section;
    for (auto const& setting : gateway_settings()) {
        if (setting.section != section) out += fmt::format("\n## [{}]\n", setting.section);
        section          = setting.section;
        auto const place = setting.place(defaults);
        out += entry(setting.key, setting.doc, type_name({}, place),
                     setting.required ? "none, it must be given" : fmt::format("`{}`", written_value(place)));
    }
    out += kRules;
    for (auto const& setting : rule_settings()) {
        auto const place = setting.place(rule);
        out += entry(setting.key, setting.doc, type_name({}, place),
                     setting.key == "path"         ? "none, it must be given"
                     : setting.key == "when_stale" ? "`[tokens] when_stale`"
                                                   : fmt::format("`{}`", written_value(place)));
    }
    return out += kAnswers;
}

}  // namespace signet::cli
