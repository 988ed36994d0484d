#include "cli/audit.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <map>
#include <thread>

#include "base/json.hpp"
#include "base/result.hpp"
#include "cli/config_values.hpp"
#include "cli/refusals.hpp"
#include "cli/terminal_text.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;
using core::AuditFault;
using core::AuditRow;

constexpr auto         kPoll        = 1s;
constexpr std::int64_t kRowsBefore  = 10;  // that `follow` begins with
constexpr auto         kLineOfTable = "{:>8}  {:<24}  {:<26}  {:<34}  {:<36}  {:<24}  {}\n";

std::string moment(std::int64_t milliseconds)
{
    auto const seconds = std::chrono::floor<std::chrono::seconds>(from_unix_milliseconds(milliseconds));
    auto const rest    = milliseconds - unix_seconds(seconds) * 1000;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(unix_seconds(seconds))),
                       rest);
}

// As an edit may have left it: what is no id is shown as none.
std::string id_text(std::optional<std::string> const& bytes)
{
    Uuid uuid{};
    if (!bytes || bytes->size() != uuid.bytes.size()) return {};
    std::copy(bytes->begin(), bytes->end(), uuid.bytes.begin());
    return uuid.text();
}

json::Object described(AuditRow const& row)
{
    json::Object out;
    out.set("row", row.id).set("time", moment(row.at)).set("event", row.event);
    auto const set = [&out](std::string_view name, std::string const& text) {
        if (text.empty())
            out.set_null(name);
        else
            out.set(name, text);
    };
    set("user", id_text(row.user));
    set("session", id_text(row.session));
    set("address", row.address);
    set("user_agent", row.user_agent);
    set("detail", row.detail);
    return out;
}

// Rows as lines, for a person with addresses instead of ids.
class Printer {
public:
    Printer(Instance& instance, bool as_json) : users_(instance.ports().users), as_json_(as_json) {}

    void head() const
    {
        if (!as_json_) fmt::print(kLineOfTable, "ROW", "TIME (UTC)", "EVENT", "USER", "SESSION", "ADDRESS", "DETAIL");
    }
    void row(AuditRow const& row)
    {
        if (as_json_) return fmt::print("{}\n", described(row).text());
        auto const session = id_text(row.session);
        fmt::print(kLineOfTable, row.id, moment(row.at), for_terminal(row.event), for_terminal(user_of(row)),
                   session.empty() ? "-" : session, row.address.empty() ? "-" : for_terminal(row.address),
                   for_terminal(row.detail));
    }

private:
    std::string const& user_of(AuditRow const& row)
    {
        auto const id    = id_text(row.user);
        auto&      known = names_[id];
        if (!known.empty()) return known;
        auto const parsed = core::UserId::parse(id);
        auto const found  = parsed ? users_.find_user(*parsed) : core::Result<std::optional<core::User>>{};
        known             = found && *found ? (*found)->email.text() : id.empty() ? "-" : id;
        return known;
    }

    core::UserStore&                   users_;
    bool                               as_json_;
    std::map<std::string, std::string> names_;
};

// The end of a refusal: what the option takes instead.
std::unexpected<Exit> wrong(AuditOptions const& options, std::string_view text)
{
    return std::unexpected(refuse(options.admin, "invalid_request", text, kUsage));
}

std::expected<std::optional<core::UserId>, Exit> find_user(AuditOptions const& options, Instance& instance)
{
    if (options.user.empty()) return std::nullopt;
    if (auto const id = core::UserId::parse(options.user)) return id;
    auto const email = core::Email::parse(options.user);
    if (!email) return wrong(options, "--user takes an e-mail address or an account's id.");
    auto const user = instance.ports().users.find_user(*email);
    if (!user) return std::unexpected(refuse(options.admin, user.error(), options.user));
    if (!*user) return std::unexpected(refuse(options.admin, {core::Errc::not_found, {}}, options.user));
    return (*user)->id;
}

std::expected<core::AuditQuery, Exit> query_of(AuditOptions const& options, Instance& instance)
{
    core::AuditQuery query;
    if (!options.since.empty()) query.since = parse_since(options.since, instance.ports().clock.now());
    if (!options.since.empty() && !query.since)
        return wrong(options, "--since takes a time such as 24h, 7d, 2026-11-20, or 2026-11-20T08:00:00Z.");
    if (!options.event.empty()) query.event = core::find_audit_event(options.event);
    if (!options.event.empty() && !query.event)
        return wrong(options,
                     fmt::format("\"{}\" is no event of the audit log, such as login_refused.", options.event));
    auto const user = TRY(find_user(options, instance));
    query.user      = user;
    return query;
}

// All that the query finds; `query.after` is the last of them then.
core::Result<void> print_rows(core::AuditReview& review, core::AuditQuery& query, Printer& printer)
{
    for (std::size_t taken = query.most; taken == query.most;) {
        auto const rows = TRY(review.list(query));
        for (auto const& row : rows) printer.row(row);
        taken = rows.size();
        if (taken > 0) query.after = rows.back().id;
    }
    return {};
}

bool is_read_still()
{
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

core::Result<void> follow(core::AuditReview& review, core::AuditQuery query, Printer& printer)
{
    auto const last = TRY(review.head());
    query.after     = std::max<std::int64_t>(0, last.row - kRowsBefore);
    while (is_read_still()) {
        TRY(print_rows(review, query, printer));
        if (is_read_still()) std::this_thread::sleep_for(kPoll);
    }
    return {};
}

std::string fault_sentence(core::AuditVerdict const& verdict)
{
    auto const row = verdict.bad->row;
    switch (verdict.bad->fault) {
        case AuditFault::altered:
            return fmt::format("Row {} is not as it was written.", row);
        case AuditFault::missing:
            return fmt::format("The rows from {} to {} are missing.", verdict.head.row + 1, row - 1);
        case AuditFault::foreign:
            return fmt::format("Row {} does not belong here: the log goes on behind row {}.", row, verdict.head.row);
        case AuditFault::removed_by_others:
            return "The record of where the log begins, or its key, is not the one that Signet left: no row can be "
                   "believed.";
        case AuditFault::cut:
            return fmt::format("The log ends before the head that was kept: row {} and those behind it were cut off.",
                               row);
        case AuditFault::other_log:
            return fmt::format("Row {} is not the one that the head was taken from: the log was replaced.", row);
    }
    return {};
}

void print_verdict(core::AuditVerdict const& verdict, bool as_json)
{
    bool const ok = !verdict.bad && !verdict.head_is_too_old;
    if (as_json) {
        json::Object out;
        out.set("ok", ok).set("rows", verdict.rows).set("first", verdict.first).set("head", verdict.head.text());
        if (verdict.bad) out.set("bad_row", verdict.bad->row).set("fault", name(verdict.bad->fault));
        if (verdict.begun) out.set("begun_row", verdict.begun->row).set("begun_at", moment(verdict.begun->at));
        if (verdict.head_is_too_old) out.set("head_is_too_old", true);
        fmt::print("{}\n", out.text());
        return;
    }
    if (verdict.bad)
        fmt::print("{}\nGood before it: {} rows.\n", fault_sentence(verdict), verdict.rows);
    else
        fmt::print("{} rows, from {} to {}, are as they were written.\n", verdict.rows, verdict.first,
                   verdict.head.row);
    if (verdict.begun)
        fmt::print(
            "The log became a chain on {}: the rows before row {} are as they were then, whatever became of them until "
            "then.\n",
            moment(verdict.begun->at), verdict.begun->row);
    if (verdict.head_is_too_old)
        fmt::print("The head that was given is of a row that has gone for its age, and shows nothing.\n");
    if (ok)
        fmt::print("Head: {}\nKept elsewhere, it shows a cut at the end: signet audit verify --head HEAD\n",
                   verdict.head.text());
}

}  // namespace

std::optional<TimePoint> parse_since(std::string_view text, TimePoint now)
{
    if (auto const ago = parse_duration(text)) return now - *ago;
    for (auto const* form : {"%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"}) {
        std::tm           time{};
        std::string const whole{text};
        auto const* const end = strptime(whole.c_str(), form, &time);
        if (end == nullptr || end != whole.c_str() + whole.size()) continue;
        return TimePoint{std::chrono::seconds{timegm(&time)}};
    }
    return std::nullopt;
}

Exit verify_audit(AuditOptions const& options)
{
    auto const kept = core::AuditHead::parse(options.head);
    if (!options.head.empty() && !kept)
        return wrong(options, "--head takes what an earlier verify printed: a row's number, a colon, 64 digits.")
            .error();
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const verdict = (*instance)->audit_review().verify(kept);
    if (!verdict) return refuse(options.admin, verdict.error(), "the audit log");
    print_verdict(*verdict, options.admin.json);
    return verdict->bad || verdict->head_is_too_old ? kRefused : kDone;
}

Exit list_audit(AuditOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto query = query_of(options, **instance);
    if (!query) return query.error();
    Printer printer(**instance, options.admin.json);
    printer.head();
    auto const done = print_rows((*instance)->audit_review(), *query, printer);
    return done ? kDone : refuse(options.admin, done.error(), "the audit log");
}

Exit follow_audit(AuditOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const query = query_of(options, **instance);
    if (!query) return query.error();
    Printer printer(**instance, options.admin.json);
    printer.head();
    auto const done = follow((*instance)->audit_review(), *query, printer);
    return done ? kDone : refuse(options.admin, done.error(), "the audit log");
}

}  // namespace signet::cli
