#include "revocation/token_keys.hpp"

#include <sodium.h>

#include <array>
#include <chrono>
#include <cstring>

#include "base/random.hpp"
#include "base/uuid.hpp"

namespace signet::revocation {
namespace {

using Seed  = std::array<std::uint8_t, crypto_shorthash_siphashx24_KEYBYTES>;
using Seeds = std::array<Seed, 6>;  // by Kind

Seeds random_seeds()
{
    SystemRandom random;
    Seeds        seeds;
    for (auto& seed : seeds) random.fill(seed);
    return seeds;
}

}  // namespace

SubjectHash hash_subject(Kind kind, std::string_view subject)
{
    static Seeds const seeds = random_seeds();
    // No entry has such a subject, so nothing is to be found by it.
    if (subject.empty() || subject.size() > kLongestSubject) return {};

    std::array<std::uint8_t, crypto_shorthash_siphashx24_BYTES> bytes;
    crypto_shorthash_siphashx24(bytes.data(), reinterpret_cast<unsigned char const*>(subject.data()), subject.size(),
                                seeds[static_cast<std::size_t>(kind)].data());
    SubjectHash hash;
    std::memcpy(&hash.high, bytes.data(), sizeof hash.high);
    std::memcpy(&hash.low, bytes.data() + sizeof hash.high, sizeof hash.low);
    // 0 says that there is none, and 1 marks a slot of a table whose entry is forgotten.
    hash.high |= hash.high < 2 ? 2U : 0U;
    return hash;
}

TimePoint issue_time(std::string_view token_id, TimePoint issued_at)
{
    auto const second = std::chrono::floor<std::chrono::seconds>(issued_at);
    auto const id     = Uuid::parse(token_id);
    // RFC 9562 4.1, 4.2: the variant of these UUIDs, and the version.
    if (!id || id->bytes[6] >> 4 != 7 || id->bytes[8] >> 6 != 2) return second;
    return std::chrono::floor<std::chrono::seconds>(id->time()) == second ? id->time() : TimePoint{second};
}

TokenKeys TokenKeys::of(TokenNames const& names)
{
    return {.session   = hash_subject(Kind::session, names.session_id),
            .token     = hash_subject(Kind::token, names.token_id),
            .user      = hash_subject(Kind::user, names.user_id),
            .client    = hash_subject(Kind::client, names.client_id),
            .key       = hash_subject(Kind::key, names.key_id),
            .issued_at = unix_milliseconds(issue_time(names.token_id, names.issued_at))};
}

}  // namespace signet::revocation
