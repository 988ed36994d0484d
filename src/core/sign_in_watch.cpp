#include "core/sign_in_watch.hpp"

namespace signet::core {

bool SignInWatch::note(SignInEnd end, TimePoint now)
{
    if (!begins(end, now)) return false;
    if (alarm_) alarm_();
    return true;
}

bool SignInWatch::begins(SignInEnd end, TimePoint now)
{
    constexpr TimePoint::duration kSlotLength = kWindow / std::int64_t{kSlots};
    std::lock_guard const         lock(mutex_);
    ++counts_[static_cast<std::size_t>(end)];
    auto const number = static_cast<std::int64_t>(now.time_since_epoch() / kSlotLength);
    auto&      slot   = slots_[static_cast<std::size_t>(number) % kSlots];
    if (slot.number != number) slot = {.number = number};
    if (end != SignInEnd::succeeded) ++slot.failed;

    std::uint64_t failed = 0;
    for (auto const& each : slots_) {
        // A clock set back leaves slots of the future behind: they are of no minute that ends now.
        if (each.number > number || each.number + static_cast<std::int64_t>(kSlots) <= number) continue;
        failed += each.failed;
    }
    if (failures_ == 0 || failed < failures_) return false;
    bool const known = now < suspected_until_;
    suspected_until_ = now + kWindow;
    return !known;
}

std::uint64_t SignInWatch::count(SignInEnd end) const
{
    std::lock_guard const lock(mutex_);
    return counts_[static_cast<std::size_t>(end)];
}

bool SignInWatch::is_guessing_suspected(TimePoint now) const
{
    std::lock_guard const lock(mutex_);
    return now < suspected_until_;
}

}  // namespace signet::core
