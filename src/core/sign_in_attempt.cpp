#include "core/sign_in_attempt.hpp"

#include <algorithm>

#include "core/passwords.hpp"

namespace signet::core {

using std::chrono::seconds;

Result<void> admit(Ports const& ports, std::span<AttemptLimit const> limits, TimePoint now)
{
    if (limits.empty()) return {};
    auto const wait = TRY(ports.attempts.admit(limits, now));
    if (wait <= wait.zero()) return {};
    return std::unexpected(Error{Errc::slow_down, "too many tries", std::chrono::ceil<seconds>(wait)});
}

std::unexpected<Error> give_back(Ports const& ports, std::span<AttemptLimit const> limits, Error why)
{
    // When this fails too, one count too many stays until it is forgotten: the safe side.
    if (!limits.empty()) static_cast<void>(ports.attempts.take_back(keys_of(limits)));
    return std::unexpected(std::move(why));
}

Result<std::optional<User>> find_rehashed(Ports const& ports, User const& seen, SecretString const& password)
{
    auto user = TRY(ports.users.find_user(seen.id));
    if (!user || user->disabled_at || user->password == seen.password) return std::nullopt;
    bool const matches = TRY(ports.passwords.matches(password, user->password));
    if (!matches) return std::nullopt;
    return user;
}

}  // namespace signet::core
