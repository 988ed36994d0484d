#include "http/status_lists.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/result.hpp"
#include "core/keyring.hpp"
#include "http/answers.hpp"
#include "http/api.hpp"
#include "http/caching.hpp"
#include "http/compression.hpp"
#include "http/endpoints.hpp"
#include "http/errors.hpp"
#include "http/form_body.hpp"

namespace signet::http {
namespace {

using core::StatusListId;

// Far more lists than there will be, and few enough to be counted through.
constexpr StatusListId kMostLists = 1'000'000'000'000;

// Written as the tokens have it: "7", and not "07".
std::optional<StatusListId> parse_list(std::string_view text)
{
    StatusListId list = 0;
    auto const   read = std::from_chars(text.data(), text.data() + text.size(), list);
    if (read.ec != std::errc{} || list >= kMostLists || std::to_string(list) != text) return std::nullopt;
    return list;
}

}  // namespace

core::Result<StatusLists::Answer> StatusLists::get(StatusListId list, Clock::time_point now)
{
    TRY(check_exists(list));
    auto const keys  = ports_.keyring.current();
    auto const judge = [&](Made const& made) {
        if (made.kid != keys->signing->kid() || now - made.at >= 2 * core::kStatusListTtl) return Serves::no;
        return now - made.at < core::kStatusListTtl ? Serves::yes : Serves::meanwhile;
    };
    auto made = TRY(keep(list, now)->get(judge, [&] { return make(list, now); }));

    auto const left = std::chrono::floor<std::chrono::seconds>(made.at + core::kStatusListTtl - now);
    return Answer{.token     = std::move(made.token),
                  .fresh_for = std::clamp(left, std::chrono::seconds{0}, core::kStatusListTtl)};
}

core::Result<void> StatusLists::check_exists(StatusListId list)
{
    auto const first = list * core::kStatusesOfAList;
    if (first < known_) return {};
    auto const next = TRY(ports_.revocation_log.next_status_index());
    if (first >= next) return core::refused(core::Errc::not_found, "no such status list");
    known_ = next;
    return {};
}

core::Result<StatusLists::Made> StatusLists::make(StatusListId list, Clock::time_point now) const
{
    auto const statuses = TRY(core::read_statuses(ports_.revocation_log, list));
    auto const keys     = ports_.keyring.current();
    auto       token    = TRY(core::sign_status_list(ports_, list, compress(statuses, Wrapper::zlib)));
    return Made{.at    = now,
                .kid   = std::string{keys->signing->kid()},
                .token = std::make_shared<std::string const>(std::move(token))};
}

std::shared_ptr<StatusLists::List> StatusLists::keep(StatusListId list, Clock::time_point now)
{
    std::scoped_lock const lock{mutex_};
    auto&                  kept = kept_[list];
    if (!kept.list) kept.list = std::make_shared<List>();
    kept.asked_at     = now;
    auto const wanted = kept.list;
    if (kept_.size() > kMostKept)
        kept_.erase(std::ranges::min_element(kept_, {}, [](auto const& each) { return each.second.asked_at; }));
    return wanted;
}

// GET /status-lists/{id}, draft-ietf-oauth-status-list 8.1
Response status_list(Call const& call)
{
    // A shared secret signs nothing for others.
    if (call.api.ports.keyring.current()->jwks.empty()) return refuse(Errc::not_found, "There are no status lists.");
    // 8.4: who asks for another time must not take this one for it.
    if (find_query_field(call.request.query, "time"))
        return refuse(Errc::not_found, "No status list of another time is kept.");
    auto const list = parse_list(call.parameter);
    if (!list) return refuse(Errc::not_found, "There is no such status list.");
    auto const answer = call.api.status_lists.get(*list, StatusLists::Clock::now());
    if (!answer) return refuse(call, answer.error());
    return cacheable(call.request, "application/statuslist+jwt", *answer->token, answer->fresh_for);
}

}  // namespace signet::http
