#include "cli/delivery_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/json.hpp"

namespace signet::cli {
namespace {

constexpr long        kBadRequest   = 400;
constexpr std::size_t kLongestWords = 200;

constexpr auto kTaken   = std::to_array<long>({200, 202, 204});
// RFC 8935 2.4, those that the next try may not meet.
constexpr auto kPassing = std::to_array<std::string_view>({"invalid_key", "authentication_failed", "access_denied"});

struct Complaint {
    std::string code;  // empty: it says none
    std::string words;
};

// RFC 8935 2.3
Complaint read_complaint(std::string const& body)
{
    auto const said = json::parse_object(body);
    if (!said) return {};
    auto const text = [&](std::string_view member) {
        auto const value = said->find(member);
        return std::string{value ? value->string().value_or("") : ""};
    };
    Complaint complaint{.code = text("err"), .words = text("err")};
    if (auto const description = text("description"); !description.empty())
        complaint.words += (complaint.words.empty() ? "" : ": ") + description;
    if (complaint.words.size() > kLongestWords) complaint.words.resize(kLongestWords);
    return complaint;
}

}  // namespace

Judgement judge(ReceiverAnswer const& answer)
{
    // It said so, though the rest of what it said was lost.
    if (std::ranges::find(kTaken, answer.status) != kTaken.end()) return {Verdict::delivered};
    if (!answer.problem.empty()) return {Verdict::later, answer.problem};
    auto const status = fmt::format("HTTP {}", answer.status);
    if (answer.status != kBadRequest) return {Verdict::later, status};

    auto const complaint = read_complaint(answer.body);
    auto const why       = complaint.words.empty() ? status : status + ", " + complaint.words;
    bool const passes    = std::ranges::find(kPassing, complaint.code) != kPassing.end();
    return {passes ? Verdict::later : Verdict::never, why};
}

bool DeliverySchedule::may_send(Time now, bool was_tried) const
{
    if (now < quiet_until_) return false;
    return now >= not_before_ || (!was_tried && now >= next_new_);
}

void DeliverySchedule::failed(Time began, Time now, std::chrono::seconds retry_after, double jitter)
{
    next_new_    = now + kFirst;
    quiet_until_ = std::max(quiet_until_, now + std::min(retry_after, kLongestWish));
    if (began < not_before_) return;
    auto const bound = std::exchange(bound_, std::min(bound_ * 2, kLast));
    auto const half  = bound / 2;
    auto const more  = static_cast<std::int64_t>(static_cast<double>(half.count()) * jitter);
    not_before_      = now + half + std::chrono::milliseconds{more};
}

}  // namespace signet::cli
