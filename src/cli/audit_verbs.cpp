// The verbs about the audit log, as the command line describes them.
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/audit.hpp"
#include "cli/verbs.hpp"

namespace signet::cli {
namespace {

constexpr auto kVerifyFooter = R"(
Reads every row and follows the chain: each row's link covers the row and the link before it, under a key that the
master key opens. Says the first row that was edited, removed from the middle, or moved. Exit status 0 when there is
none, 1 when there is. A cut at the end shows only beside a head from before: keep the one that is printed, or those in
the server's log ("audit head"), on another machine.

Examples:
  signet audit verify
  signet audit verify --head 1042:5f3c... --json)";

constexpr auto kListFooter = R"(
Oldest first. Works beside a running server.

Examples:
  signet audit list --since 24h --event login_refused
  signet audit list --user ann@example.com --json)";

constexpr auto kFollowFooter = R"(
Begins with the last ten rows and looks for new ones every second, until it is stopped.)";

void add_filters(CLI::App* verb, AuditOptions& options)
{
    add_value(verb, "--since", options.since, "Rows of this time and later: 24h, 7d, 2026-11-20, 2026-11-20T08:00:00Z",
              "TIME");
    add_value(verb, "--event", options.event, "Rows of this event: login_refused, key_rotated, ...", "EVENT");
    add_value(verb, "--user", options.user, "Rows about this account", "EMAIL|ID");
}

}  // namespace

void add_audit_verbs(CLI::App& app, Chosen& chosen)
{
    auto* audit = app.add_subcommand("audit", "The audit log: list, follow, verify");
    audit->require_subcommand(1);
    auto const add = [&](std::string const& name, std::string const& what, Exit (*run)(AuditOptions const&)) {
        auto  options = std::make_shared<AuditOptions>();
        auto* verb    = audit->add_subcommand(name, what);
        add_admin_options(verb, options->admin);
        runs(verb, chosen, options, run);
        return std::pair{verb, options};
    };

    auto const [list, listing] = add("list", "Print the rows", list_audit);
    add_filters(list, *listing);
    list->footer(kListFooter);

    auto const [follow, following] = add("follow", "Print rows as they come", follow_audit);
    add_filters(follow, *following);
    follow->footer(kFollowFooter);

    auto const [verify, verifying] = add("verify", "Say whether anybody edited or cut the log", verify_audit);
    add_value(verify, "--head", verifying->head, "A head that was printed earlier", "ROW:LINK");
    verify->footer(kVerifyFooter);
}

}  // namespace signet::cli
