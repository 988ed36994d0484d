#include "cli/verifier.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/refusals.hpp"
#include "core/verifiers.hpp"

namespace signet::cli {
namespace {

constexpr auto kLineOfTable = "{:<34} {:<20} {}\n";
constexpr auto kHowToGive =
    "This is shown once; only its hash is kept. Give it to {} and nobody else, in a file that it alone may read:\n"
    "it sends it with each request to {}/revocations, as \"Authorization: Bearer ...\".\n";

std::string moment(std::optional<TimePoint> at)
{
    if (!at) return "never";
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(unix_seconds(*at))));
}

void print(core::Verifier const& verifier, bool as_json)
{
    if (!as_json) {
        fmt::print(kLineOfTable, verifier.name, moment(verifier.created_at), moment(verifier.last_connected_at));
        return;
    }
    json::Object out;
    out.set("name", verifier.name).set("created_at", unix_seconds(verifier.created_at));
    if (verifier.last_connected_at)
        out.set("last_connected_at", unix_seconds(*verifier.last_connected_at));
    else
        out.set_null("last_connected_at");
    fmt::print("{}\n", out.text());
}

// What core refuses about a verifier, which is no account.
Exit refuse_verifier(VerifierOptions const& options, core::Error const& error)
{
    if (error.code == core::Errc::invalid_name)
        return refuse(options.admin, "invalid_name", "A verifier's name is 1 to 64 of the characters A-Z a-z 0-9 . _ -",
                      kRefused);
    if (error.code == core::Errc::not_found)
        return refuse(options.admin, "not_found",
                      fmt::format("There is no verifier called \"{}\". \"signet verifier list\" shows those there are.",
                                  options.name),
                      kRefused);
    return refuse(options.admin, error, options.name);
}

}  // namespace

Exit add_verifier(VerifierOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const credential = core::add_verifier((*instance)->ports(), options.name);
    if (!credential) return refuse_verifier(options, credential.error());
    if (options.admin.json) {
        json::Object out;
        out.set("name", options.name).set("credential", credential->reveal());
        fmt::print("{}\n", out.text());
    } else {
        fmt::print("{}\n", credential->reveal());
    }
    auto const& issuer = (*instance)->ports().settings.tokens.issuer;
    fmt::print(stderr, kHowToGive, options.name, issuer.empty() ? "the issuer" : issuer);
    return kDone;
}

Exit list_verifiers(VerifierOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const verifiers = (*instance)->ports().verifiers.list_verifiers();
    if (!verifiers) return refuse(options.admin, verifiers.error(), "the list");
    if (!options.admin.json) fmt::print(kLineOfTable, "NAME", "ADDED (UTC)", "LAST CONNECTED (UTC)");
    for (auto const& verifier : *verifiers) print(verifier, options.admin.json);
    return kDone;
}

Exit remove_verifier(VerifierOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const removed = core::remove_verifier((*instance)->ports(), options.name);
    if (!removed) return refuse_verifier(options, removed.error());
    if (options.admin.json) {
        json::Object out;
        out.set("name", options.name);
        fmt::print("{}\n", out.text());
    } else {
        fmt::print("Removed {}. A running server ends its streams within a second.\n", options.name);
    }
    return kDone;
}

}  // namespace signet::cli
