#include "core/passwords.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/utf8.hpp"
#include "core/argon2.hpp"
#include "core/common_passwords.hpp"
#include "core/foreign_hashes.hpp"

namespace signet::core {
namespace {

constexpr std::string_view kServiceName      = "signet";
constexpr std::size_t      kShortestTerm     = 4;  // a shorter name is in half of all words
constexpr std::size_t      kRestThatIsEnough = 8;  // code points left when the personal term is taken out

std::size_t count_code_points(std::string_view text)
{
    std::size_t count = 0;
    for (; !text.empty(); ++count) static_cast<void>(utf8::take(text));
    return count;
}

std::string lower_case(std::string_view text)
{
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// Whether what is left of `password` without every `term` is too short to be a password itself.
bool is_dominated_by(std::string_view password, std::string_view term)
{
    if (term.size() < kShortestTerm) return false;
    std::size_t found = 0;
    for (auto at = password.find(term); at != std::string_view::npos; at = password.find(term, at + term.size()))
        ++found;
    return found > 0 && count_code_points(password) - found * count_code_points(term) < kRestThatIsEnough;
}

bool is_personal(std::string_view password, Email const& email, std::string_view name)
{
    auto const address = std::string_view{email.key()};
    if (is_dominated_by(password, address) || is_dominated_by(password, address.substr(0, address.find('@'))) ||
        is_dominated_by(password, kServiceName))
        return true;

    // The whole name, then each word of it.
    auto const whole = lower_case(name);
    if (is_dominated_by(password, whole)) return true;
    for (auto rest = std::string_view{whole}; !rest.empty();) {
        auto const word = rest.substr(0, rest.find(' '));
        if (is_dominated_by(password, word)) return true;
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
    return false;
}

std::size_t memory_bytes(PasswordSettings const& settings)
{
    return std::size_t{settings.memory_kib} * 1024;
}

std::size_t budget_bytes(PasswordSettings const& settings)
{
    return std::size_t{settings.memory_budget_mib} * 1024 * 1024;
}

}  // namespace

Result<void> check_new_password(SecretString const& password, Email const& email, std::string_view name,
                                PasswordSettings const& settings)
{
    if (password.size() > settings.max_bytes) return refused(Errc::password_too_long);
    if (count_code_points(password.reveal()) < settings.min_length) return refused(Errc::password_too_short);

    auto       lower    = lower_case(password.reveal());
    bool const common   = is_common_password(lower);
    bool const personal = is_personal(lower, email, name);
    sodium_memzero(lower.data(), lower.size());
    if (common) return refused(Errc::password_too_common);
    if (personal) return refused(Errc::password_is_personal);
    return {};
}

Passwords::Passwords(PasswordSettings const& settings)
    : settings_(settings), memory_(budget_bytes(settings), std::max(1U, std::thread::hardware_concurrency()))
{
    if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    decoy_ = make_random_argon2(settings.memory_kib, settings.iterations);
}

Result<PasswordHash> Passwords::hash(SecretString const& password) const
{
    std::array<char, crypto_pwhash_STRBYTES> text{};
    ++hashes_;
    auto const share = memory_.take(memory_bytes(settings_));
    // Fails only when the memory is not to be had.
    if (crypto_pwhash_str_alg(text.data(), password.reveal().data(), password.size(), settings_.iterations,
                              memory_bytes(settings_), crypto_pwhash_ALG_ARGON2ID13) != 0)
        return std::unexpected(Error{Errc::busy, "no memory for a password hash", std::chrono::seconds{1}});
    return PasswordHash{text.data()};
}

Result<bool> Passwords::matches(SecretString const& password, PasswordHash const& expected) const
{
    ++hashes_;
    // CHECKS C2: capped before hashing, yet an over-long guess costs what any other does.
    if (password.size() > settings_.max_bytes) {
        auto const share = memory_.take(memory_bytes(settings_));
        TRY(argon2_matches(SecretString{password.reveal().substr(0, settings_.max_bytes)}, decoy_));
        return false;
    }
    auto const share = memory_.take(hash_memory_bytes(expected));
    if (is_foreign_hash(expected)) return foreign_hash_matches(password, expected);
    return argon2_matches(password, expected);
}

bool Passwords::needs_rehash(PasswordHash const& hash) const
{
    if (is_foreign_hash(hash)) return true;
    auto const found = parse_argon2(hash.text);
    return !found || !found->is_ours() || found->memory_kib < settings_.memory_kib ||
           found->iterations < settings_.iterations;
}

}  // namespace signet::core
