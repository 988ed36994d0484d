// core/sign_in_watch.hpp - how sign-ins end, over all accounts and addresses: a guesser who tries one password at ten
// thousand accounts from a thousand addresses trips no counter of theirs (CHECKS C11).
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/clock.hpp"

namespace signet::core {

enum class SignInEnd : std::uint8_t {
    succeeded,
    bad_credentials,  // a wrong password, an unknown address, a disabled account
    slow_down,        // turned away before the hash
};
inline constexpr std::array kSignInEnds{SignInEnd::succeeded, SignInEnd::bad_credentials, SignInEnd::slow_down};

// "bad_credentials" for SignInEnd::bad_credentials, and so on.
[[nodiscard]] constexpr std::string_view name(SignInEnd end)
{
    constexpr std::array<std::string_view, kSignInEnds.size()> kNames{"succeeded", "bad_credentials", "slow_down"};
    return kNames[static_cast<std::size_t>(end)];
}

// Of this process, since its start. Thread-safe; note() costs a mutex and a few additions.
class SignInWatch {
public:
    static constexpr std::chrono::seconds kWindow{60};

    // Guessing is suspected once `failures` sign-ins have failed within a minute, until a minute has passed in which
    // that did not hold; how many succeed does not matter, since a guesser can sign in to an account of his own. 0:
    // never. `alarm` is called by the note() from which on it is, on its thread.
    explicit SignInWatch(std::uint32_t failures, std::function<void()> alarm = {})
        : failures_(failures), alarm_(std::move(alarm))
    {
    }

    // True when guessing is suspected from now on, and was not before.
    [[nodiscard]] bool note(SignInEnd end, TimePoint now);

    [[nodiscard]] std::uint64_t count(SignInEnd end) const;
    [[nodiscard]] bool          is_guessing_suspected(TimePoint now) const;

private:
    static constexpr std::size_t kSlots = 12;  // of five seconds
    struct Slot {
        std::int64_t  number = -1;  // of its five seconds, since the epoch
        std::uint64_t failed = 0;
    };

    [[nodiscard]] bool begins(SignInEnd end, TimePoint now);

    std::uint32_t const                           failures_;
    std::function<void()> const                   alarm_;
    mutable std::mutex                            mutex_;
    std::array<std::uint64_t, kSignInEnds.size()> counts_{};
    std::array<Slot, kSlots>                      slots_{};
    TimePoint                                     suspected_until_{};
};

}  // namespace signet::core
