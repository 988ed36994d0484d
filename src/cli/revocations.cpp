#include "cli/revocations.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <thread>

#include "base/json.hpp"
#include "base/result.hpp"
#include "cli/consent.hpp"
#include "cli/refusals.hpp"
#include "core/revoke.hpp"
#include "jose/base64url.hpp"

namespace signet::cli {
namespace {

using core::Revocation;
using revocation::Entry;
using revocation::Kind;

constexpr auto                 kLineOfTable = "{:>8}  {:<10}  {:<43}  {:<24}  {}\n";
// Read at once, however long the log is.
constexpr std::size_t          kPage        = 10'000;
constexpr revocation::Sequence kLinesBefore = 10;  // that `follow` begins with
constexpr auto                 kPoll        = std::chrono::milliseconds{100};

constexpr auto kMeaningOfEverything =
    "Revoking everything:\n"
    "- every access token issued until now is refused: here within a second, and by every verifier that follows the\n"
    "  feed; others take them until they expire;\n"
    "- nobody is signed out: a browser that is refused refreshes its token, all of them at once.\n"
    "This cannot be taken back. To sign everybody out for a master key that has leaked: signet keys rewrap --leaked";

std::string moment(TimePoint at)
{
    auto const seconds = std::chrono::floor<std::chrono::seconds>(at);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(unix_seconds(at))),
                       (at - seconds).count());
}

void print(Entry const& entry, bool as_json)
{
    if (!as_json) {
        fmt::print(kLineOfTable, entry.sequence, name(entry.kind), entry.subject, moment(entry.not_before),
                   moment(entry.until));
        return;
    }
    json::Object out;
    out.set("sequence", static_cast<std::int64_t>(entry.sequence))
        .set("kind", name(entry.kind))
        .set("subject", entry.subject)
        .set("not_before", moment(entry.not_before))
        .set("until", moment(entry.until));
    fmt::print("{}\n", out.text());
}

void print_head(revocation::Position const& head, bool as_json)
{
    auto const hash = jose::base64url::encode(head.hash);
    if (!as_json) {
        fmt::print("Log {}, up to {}, hash {}\n", head.log, head.sequence, hash);
        return;
    }
    json::Object out;
    out.set("log", head.log).set("sequence", static_cast<std::int64_t>(head.sequence)).set("hash", hash);
    fmt::print("{}\n", out.text());
}

// Gives where the log stood at the last page.
core::Result<revocation::Position> print_log(core::RevocationStore& store, bool as_json)
{
    revocation::Sequence after = 0;
    while (true) {
        auto const log = TRY(store.read_log(after, kPage));
        for (auto const& entry : log.entries) print(entry, as_json);
        if (log.entries.size() < kPage) return log.head;
        after = log.entries.back().sequence;
    }
}

bool is_read_still()
{
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

core::Result<void> follow(core::RevocationStore& store, bool as_json)
{
    auto const end   = TRY(store.read_log(std::numeric_limits<std::int64_t>::max(), 1));
    auto       after = end.head.sequence - std::min(end.head.sequence, kLinesBefore);
    while (is_read_still()) {
        auto const log = TRY(store.read_log(after, kPage));
        for (auto const& entry : log.entries) print(entry, as_json);
        if (!log.entries.empty()) after = log.entries.back().sequence;
        if (log.entries.size() < kPage && is_read_still()) std::this_thread::sleep_for(kPoll);
    }
    return {};
}

std::unexpected<Exit> wrong(RevocationsOptions const& options, std::string_view text)
{
    return std::unexpected(refuse(options.admin, "invalid_request", text, kUsage));
}

std::expected<core::UserId, Exit> find_user(RevocationsOptions const& options, core::UserStore& users)
{
    if (auto const id = core::UserId::parse(options.subject)) return *id;
    auto const email = core::Email::parse(options.subject);
    if (!email) return wrong(options, "Name a user by an e-mail address or an account's id.");
    auto const user = users.find_user(*email);
    if (!user) return std::unexpected(refuse(options.admin, user.error(), options.subject));
    if (!*user) return std::unexpected(refuse(options.admin, {core::Errc::not_found, {}}, options.subject));
    return (*user)->id;
}

// As tokens have it: ids in lower case.
std::expected<Revocation, Exit> parse(RevocationsOptions const& options, core::UserStore& users)
{
    auto const& subject = options.subject;
    auto const  kind    = revocation::find_kind(options.kind);
    if (!kind || *kind == Kind::key)
        return wrong(options,
                     "A revocation is of a session, token, user, client, or everything; of a key: signet keys revoke.");
    if ((*kind == Kind::everything) != (subject.empty() || subject == revocation::kAllSubjects))
        return wrong(options, "Name whose tokens to refuse; of everything alone there is no SUBJECT.");
    if (*kind == Kind::everything) return Revocation::of_everything();
    if (*kind == Kind::user) {
        auto const user = TRY(find_user(options, users));
        return Revocation::of(user);
    }
    if (*kind == Kind::client) {
        if (!revocation::is_subject(subject))
            return wrong(options, "A client's id is 1 to 128 visible ASCII characters without \" and \\.");
        return Revocation{*kind, subject};
    }
    auto const id = Uuid::parse(subject);
    if (!id)
        return wrong(options, "Name a session by the \"sid\" of its tokens, a token by its \"jti\": both are UUIDs.");
    if (*kind == Kind::session) return Revocation::of(core::SessionId{*id});
    return Revocation{*kind, id->text()};
}

}  // namespace

Exit list_revocations(RevocationsOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    if (!options.admin.json) fmt::print(kLineOfTable, "SEQUENCE", "KIND", "SUBJECT", "NOT BEFORE (UTC)", "UNTIL (UTC)");
    auto const head = print_log((*instance)->ports().revocation_log, options.admin.json);
    if (!head) return refuse(options.admin, head.error(), "the revocation log");
    print_head(*head, options.admin.json);
    return kDone;
}

Exit follow_revocations(RevocationsOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    if (!options.admin.json) fmt::print(kLineOfTable, "SEQUENCE", "KIND", "SUBJECT", "NOT BEFORE (UTC)", "UNTIL (UTC)");
    auto const done = follow((*instance)->ports().revocation_log, options.admin.json);
    return done ? kDone : refuse(options.admin, done.error(), "the revocation log");
}

Exit add_revocation(RevocationsOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const& ports = (*instance)->ports();
    auto const  what  = parse(options, ports.users);
    if (!what) return what.error();
    if (what->kind == Kind::everything) {
        auto const consent =
            require_consent(options.admin, options.yes ? Consent::given : Consent::ask, kMeaningOfEverything);
        if (consent != kDone) return consent;
    }
    auto const revoked = core::revoke(ports, *what);
    if (!revoked) return refuse(options.admin, revoked.error(), "the revocation log");
    if (!options.admin.json) fmt::print(kLineOfTable, "SEQUENCE", "KIND", "SUBJECT", "NOT BEFORE (UTC)", "UNTIL (UTC)");
    for (auto const& entry : *revoked) print(entry, options.admin.json);
    return kDone;
}

}  // namespace signet::cli
