// core/refresh_refusals.hpp - why refreshes were refused, counted: what an operator asks when people say that they were
// signed out.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace signet::core {

enum class RefreshRefusal : std::uint8_t {
    missing,            // no token came
    forged,             // not a refresh token of this server
    unknown_session,    // cleaned away, or of another database
    ended,              // the session was over already
    expired,            // idle or absolute limit
    reuse,              // theft: this ended the session
    account_disabled,   // this ended the session
    replays_elsewhere,  // this ended the session
};
inline constexpr std::array kRefreshRefusals{RefreshRefusal::missing,          RefreshRefusal::forged,
                                             RefreshRefusal::unknown_session,  RefreshRefusal::ended,
                                             RefreshRefusal::expired,          RefreshRefusal::reuse,
                                             RefreshRefusal::account_disabled, RefreshRefusal::replays_elsewhere};

// "unknown_session" for RefreshRefusal::unknown_session, and so on.
[[nodiscard]] constexpr std::string_view name(RefreshRefusal refusal)
{
    constexpr std::array<std::string_view, kRefreshRefusals.size()> kNames{
        "missing", "forged", "unknown_session", "ended", "expired", "reuse", "account_disabled", "replays_elsewhere"};
    return kNames[static_cast<std::size_t>(refusal)];
}

// Since the start of the program. Thread-safe.
class RefreshRefusals {
public:
    void                        add(RefreshRefusal refusal) { ++counts_[static_cast<std::size_t>(refusal)]; }
    [[nodiscard]] std::uint64_t count(RefreshRefusal refusal) const
    {
        return counts_[static_cast<std::size_t>(refusal)];
    }

private:
    std::array<std::atomic<std::uint64_t>, kRefreshRefusals.size()> counts_{};
};

}  // namespace signet::core
