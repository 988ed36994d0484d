// The verbs about receivers of security events, as the command line describes them.
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/receiver.hpp"
#include "cli/verbs.hpp"

namespace signet::cli {
namespace {

constexpr auto kAddReceiverFooter = R"(
From now on it is pushed each session that ends and each password that changes, as a Security Event Token (RFC 8417, RFC
8935; OpenID CAEP 1.0): at once, and again until it has taken it. URL is https, or http on a loopback address, without
user, query, or fragment. AUDIENCE is the "aud" of its tokens, by which it knows that they are meant for it. What --token-file
holds, of mode 0600, is sent as "Authorization: Bearer ..." and kept under the master key. --ca-file is PEM and must stay
readable for the server. NAME is 1 to 64 of the characters A-Z a-z 0-9 . _ -

Examples:
  signet receiver add notes --url https://notes.example.com/events --audience https://notes.example.com
  signet receiver add siem --url https://siem.example.com/set --audience siem --token-file siem.token \
    --events credential-change)";

constexpr auto kListReceiversFooter = R"(
PENDING is what it is still to be told, DROPPED what it never will be: refused, too old ([events] keep), or too many ([events]
most_pending); the audit log has each. ERROR is of the latest try that failed.

Examples:
  signet receiver list
  signet receiver list --json)";

constexpr auto kRemoveReceiverFooter = R"(
It is told nothing more, not even what it was still to be told.

Examples:
  signet receiver remove notes)";

}  // namespace

void add_receiver_verbs(CLI::App& app, Chosen& chosen)
{
    auto* receiver = app.add_subcommand("receiver", "Who is pushed security events: add, list, remove");
    receiver->require_subcommand(1);

    auto  adding = std::make_shared<AddReceiverOptions>();
    auto* add    = receiver->add_subcommand("add", "Add a receiver of security events");
    add_value(add, "name", adding->name, "What to call it", "NAME")->required();
    add_value(add, "--url", adding->url, "Where it takes them", "URL")->required();
    add_value(add, "--audience", adding->audience, "The \"aud\" of its tokens", "AUDIENCE")->required();
    add_value(add, "--token-file", adding->token_file, "A file with the token that it asks for", "FILE");
    add_value(add, "--events", adding->events, "session-revoked, credential-change, or both with a comma [both]",
              "TYPES")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"session-revoked", "credential-change"}));
    add_value(add, "--ca-file", adding->ca_file, "Who may certify it, instead of whom the system trusts", "FILE");
    add_admin_options(add, adding->admin);
    add->footer(kAddReceiverFooter);
    runs(add, chosen, adding, add_receiver);

    auto  listing = std::make_shared<ReceiverOptions>();
    auto* list    = receiver->add_subcommand("list", "List the receivers, and how it goes with each");
    add_admin_options(list, listing->admin);
    list->footer(kListReceiversFooter);
    runs(list, chosen, listing, list_receivers);

    auto  removing = std::make_shared<ReceiverOptions>();
    auto* remove   = receiver->add_subcommand("remove", "Remove a receiver");
    add_value(remove, "name", removing->name, "As \"signet receiver list\" shows it", "NAME")->required();
    add_admin_options(remove, removing->admin);
    remove->footer(kRemoveReceiverFooter);
    runs(remove, chosen, removing, remove_receiver);
}

}  // namespace signet::cli
