// The verbs about the revocation feed, as the command line describes them.
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/revocations.hpp"
#include "cli/verbs.hpp"
#include "cli/verifier.hpp"

namespace signet::cli {
namespace {

constexpr auto kAddVerifierFooter = R"(
Prints the credential of a server that verifies tokens and is to hear at once what is revoked. It is shown this once, and
only its hash is kept: for another, remove the verifier and add it again. A running server takes it within a second.
NAME is 1 to 64 of the characters A-Z a-z 0-9 . _ -

Examples:
  (umask 077 && signet verifier add notes > notes.new && mv notes.new notes.credential)
  signet verifier add notes --json)";

constexpr auto kRemoveVerifierFooter = R"(
Its credential opens nothing from now on: a running server ends its streams within a second, and it goes on as one that
hears nothing, as its own policy says.

Examples:
  signet verifier remove notes)";

constexpr auto kListRevocationsFooter = R"(
Oldest first. An entry is forgotten when no token that it names can be valid any more. Last comes where the log stands:
whoever follows it and agrees on that agrees on every line.

Examples:
  signet revocations list
  signet revocations list --json)";

constexpr auto kFollowRevocationsFooter = R"(
Begins with the last ten entries and looks for new ones ten times a second, until it is stopped.)";

constexpr auto kAddRevocationFooter = R"(
Signing out, disabling an account, and revoking a key add what they have to; this is for the rest. KIND and SUBJECT:
  session SID       ends the session too
  token JTI         one access token
  user EMAIL|ID     those of the account issued until now; its sessions go on, and their next tokens are good
  client CLIENT_ID  those of the client issued until now
  everything        all issued until now; asks first
A running server refuses them within a second, and tells the verifiers that follow its feed. To sign somebody out:
signet user disable.

Examples:
  signet revocations add session 0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3c
  signet revocations add user ann@example.com
  signet revocations add everything --yes)";

}  // namespace

void add_verifier_verbs(CLI::App& app, Chosen& chosen)
{
    auto* verifier = app.add_subcommand("verifier", "Who may follow the revocation feed: add, list, remove");
    verifier->require_subcommand(1);
    auto const add = [&](std::string const& name, std::string const& what, Exit (*run)(VerifierOptions const&)) {
        auto  options = std::make_shared<VerifierOptions>();
        auto* verb    = verifier->add_subcommand(name, what);
        add_admin_options(verb, options->admin);
        runs(verb, chosen, options, run);
        return std::pair{verb, options};
    };

    auto const [adding, added] = add("add", "Add a verifier and print its credential", add_verifier);
    add_value(adding, "name", added->name, "What to call it", "NAME")->required();
    adding->footer(kAddVerifierFooter);

    add("list", "List the verifiers", list_verifiers);

    auto const [removing, removed] = add("remove", "Remove a verifier, and end its streams", remove_verifier);
    add_value(removing, "name", removed->name, "As \"signet verifier list\" shows it", "NAME")->required();
    removing->footer(kRemoveVerifierFooter);
}

void add_revocation_verbs(CLI::App& app, Chosen& chosen)
{
    auto* revocations = app.add_subcommand("revocations", "The revocation log: list, follow, add");
    revocations->require_subcommand(1);

    auto  listing = std::make_shared<RevocationsOptions>();
    auto* list    = revocations->add_subcommand("list", "List what is revoked");
    add_admin_options(list, listing->admin);
    list->footer(kListRevocationsFooter);
    runs(list, chosen, listing, list_revocations);

    auto  following = std::make_shared<RevocationsOptions>();
    auto* follow    = revocations->add_subcommand("follow", "Print what is revoked as it happens");
    add_admin_options(follow, following->admin);
    follow->footer(kFollowRevocationsFooter);
    runs(follow, chosen, following, follow_revocations);

    auto  adding = std::make_shared<RevocationsOptions>();
    auto* add    = revocations->add_subcommand("add", "Have tokens refused from now on");
    add_value(add, "kind", adding->kind, "session, token, user, client, or everything", "KIND")
        ->required()
        ->check(CLI::IsMember({"session", "token", "user", "client", "everything"}));
    add_value(add, "subject", adding->subject, "Whose; of everything: none", "SUBJECT");
    add->add_flag("--yes", adding->yes, "Do not ask");
    add_admin_options(add, adding->admin);
    add->footer(kAddRevocationFooter);
    runs(add, chosen, adding, add_revocation);
}

}  // namespace signet::cli
