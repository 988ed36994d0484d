#include "jose/policy.hpp"

#include "base/result.hpp"
#include "jose/refuse.hpp"

namespace jose {
namespace {

constexpr std::chrono::seconds kLongestSkew = std::chrono::minutes{10};  // CHECKS A30

// Named, or given up out loud; never both, never neither.
Result<void> check(std::string const& expected, bool accept_any, std::string_view what)
{
    if (expected.empty() == accept_any) return {};
    return detail::refuse(Errc::contradictory_policy,
                          std::string(what) + (accept_any ? " is given and ignored" : " is missing"));
}

}  // namespace

Result<Policy> Policy::create(Expectations expectations)
{
    return detail::refuse_when_out_of_memory([&]() -> Result<Policy> {
        auto const& e = expectations;
        TRY(check(e.issuer, e.dangerously_accept_any_issuer, "issuer"));
        TRY(check(e.audience, e.dangerously_accept_any_audience, "audience"));
        TRY(check(e.type, e.dangerously_accept_any_type, "type"));
        if (e.algorithms.empty()) return detail::refuse(Errc::contradictory_policy, "no algorithm is allowed");
        if (e.clock_skew < std::chrono::seconds{0} || e.clock_skew > kLongestSkew)
            return detail::refuse(Errc::contradictory_policy, "clock_skew is not between 0 s and 10 min");
        if (e.max_token_bytes == 0) return detail::refuse(Errc::contradictory_policy, "max_token_bytes is 0");
        return Policy{std::move(expectations)};
    });
}

}  // namespace jose
