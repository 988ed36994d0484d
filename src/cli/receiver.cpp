#include "cli/receiver.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/json.hpp"
#include "base/result.hpp"
#include "cli/private_file.hpp"
#include "cli/refusals.hpp"
#include "cli/terminal_text.hpp"
#include "core/keyring.hpp"
#include "core/ports.hpp"
#include "verifier/key_set_address.hpp"

namespace signet::cli {
namespace {

constexpr auto kLineOfTable = "{:<24} {:<10} {:>8} {:>8}  {:<20} {:<20} {}\n";

std::string moment(std::optional<TimePoint> at)
{
    if (!at) return "never";
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(unix_seconds(*at))));
}

void set_time(json::Object& out, std::string_view name, std::optional<TimePoint> at)
{
    if (at)
        out.set(name, unix_seconds(*at));
    else
        out.set_null(name);
}

void print(core::Receiver const& receiver, bool as_json)
{
    auto const state = name(state_of(receiver));
    if (!as_json) {
        fmt::print(kLineOfTable, receiver.name, state, receiver.pending, receiver.dropped,
                   moment(receiver.delivered_at), moment(receiver.failed_at), for_terminal(receiver.error));
        return;
    }
    std::vector<std::string> events;
    for (auto const type : receiver.events) events.emplace_back(name(type));
    json::Object out;
    out.set("name", receiver.name)
        .set("url", receiver.url)
        .set("audience", receiver.audience)
        .set("events", events)
        .set("authorization", receiver.sealed_token.has_value())
        .set("state", state)
        .set("pending", static_cast<std::int64_t>(receiver.pending))
        .set("dropped", static_cast<std::int64_t>(receiver.dropped));
    set_time(out, "created_at", receiver.created_at);
    set_time(out, "last_delivered_at", receiver.delivered_at);
    set_time(out, "last_failed_at", receiver.failed_at);
    if (receiver.failed_at)
        out.set("last_error", receiver.error);
    else
        out.set_null("last_error");
    fmt::print("{}\n", out.text());
}

// What core refuses about a receiver, which is no account.
Exit refuse_receiver(AdminOptions const& admin, core::Error const& error, std::string const& name)
{
    if (error.code == core::Errc::invalid_name)
        return refuse(admin, "invalid_name", "A receiver's name is 1 to 64 of the characters A-Z a-z 0-9 . _ -",
                      kRefused);
    if (error.code == core::Errc::not_found)
        return refuse(
            admin, "not_found",
            fmt::format("There is no receiver called \"{}\". \"signet receiver list\" shows those there are.", name),
            kRefused);
    if (error.code == core::Errc::name_taken)
        return refuse(admin, "name_taken", fmt::format("There is already a receiver called {}.", name), kRefused);
    return refuse(admin, error, name);
}

// What was asked for, in their own order; all where nothing was.
std::vector<core::SecurityEventType> types_of(std::vector<std::string> const& names)
{
    std::vector<core::SecurityEventType> types;
    for (auto const type : core::kSecurityEventTypes)
        if (names.empty() || std::ranges::find(names, name(type)) != names.end()) types.push_back(type);
    return types;
}

// Without the line feed that an editor leaves.
std::expected<SecretString, Trouble> read_token(std::string const& path)
{
    auto const content = TRY(read_secret_file("the receiver's token", path, Readers::nobody));
    auto       text    = content.reveal();
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    if (core::is_bearer_token(text)) return SecretString{text};
    return std::unexpected(
        fmt::format("The file {} holds no token as RFC 6750 has it: letters, digits, and - . _ ~ + / alone.", path));
}

// What of the options cannot be; empty when nothing is.
Trouble find_fault(AddReceiverOptions const& options)
{
    auto const address = key_set_url(options.url);
    if (!address) return fmt::format("Events cannot be pushed to {}: {}.", for_terminal(options.url), address.error());
    if (!options.ca_file.empty() && !std::ifstream{options.ca_file})
        return fmt::format("The file {} cannot be read.", options.ca_file);
    return {};
}

}  // namespace

std::string_view name(ReceiverState state)
{
    switch (state) {
        case ReceiverState::untried:
            return "untried";
        case ReceiverState::delivering:
            return "delivering";
        case ReceiverState::failing:
            return "failing";
    }
    return "unknown";
}

ReceiverState state_of(core::Receiver const& receiver)
{
    if (receiver.failed_at && (!receiver.delivered_at || *receiver.delivered_at < *receiver.failed_at))
        return ReceiverState::failing;
    return receiver.delivered_at ? ReceiverState::delivering : ReceiverState::untried;
}

Exit add_receiver(AddReceiverOptions const& options)
{
    if (auto const fault = find_fault(options); !fault.empty())
        return refuse(options.admin, "invalid_request", fault, kRefused);
    // Before the data folder is opened: its owner may not be who may read this.
    auto const token =
        options.token_file.empty() ? std::expected<SecretString, Trouble>{} : read_token(options.token_file);
    if (!token) return refuse(options.admin, "invalid_request", token.error(), kRefused);
    auto const ca_file = options.ca_file.empty() ? std::string{} : std::filesystem::absolute(options.ca_file).string();

    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const added = core::add_receiver((*instance)->ports(), (*instance)->master_key(),
                                          {.name     = options.name,
                                           .url      = options.url,
                                           .audience = options.audience,
                                           .events   = types_of(options.events),
                                           .ca_file  = ca_file,
                                           .token    = options.token_file.empty() ? nullptr : &*token});
    if (!added) return refuse_receiver(options.admin, added.error(), options.name);
    auto const provided = (*instance)->event_keyring().provide();
    if (!provided) return refuse(options.admin, provided.error(), "the key of security events");

    if (options.admin.json) {
        json::Object out;
        out.set("name", options.name);
        fmt::print("{}\n", out.text());
    } else {
        auto const& issuer = (*instance)->ports().settings.tokens.issuer;
        fmt::print(
            "Added {}: it is told what happens from now on. A running server begins within a second.\n"
            "It verifies with the keys of {}/ssf/jwks.json\n",
            options.name, issuer.empty() ? "the issuer" : issuer);
    }
    return kDone;
}

Exit list_receivers(ReceiverOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const receivers = (*instance)->ports().receivers.list_receivers();
    if (!receivers) return refuse(options.admin, receivers.error(), "the list");
    if (!options.admin.json)
        fmt::print(kLineOfTable, "NAME", "STATE", "PENDING", "DROPPED", "DELIVERED (UTC)", "FAILED (UTC)", "ERROR");
    for (auto const& receiver : *receivers) print(receiver, options.admin.json);
    return kDone;
}

Exit remove_receiver(ReceiverOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const removed = core::remove_receiver((*instance)->ports(), options.name);
    if (!removed) return refuse_receiver(options.admin, removed.error(), options.name);
    if (options.admin.json) {
        json::Object out;
        out.set("name", options.name);
        fmt::print("{}\n", out.text());
    } else {
        fmt::print("Removed {}, with what it was still to be told. A running server stops within a second.\n",
                   options.name);
    }
    return kDone;
}

}  // namespace signet::cli
