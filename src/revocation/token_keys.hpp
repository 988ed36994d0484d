// revocation/token_keys.hpp - by what a token can be revoked, hashed once.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"
#include "revocation/entry.hpp"

namespace signet::revocation {

// 96 bits of SipHash under keys that this process alone knows, one for each kind: nobody can choose subjects that
// collide, and no two that anybody will ever see do.
struct SubjectHash {
    std::uint64_t high = 0;  // 0: there is no subject
    std::uint32_t low  = 0;
};
[[nodiscard]] SubjectHash hash_subject(Kind kind, std::string_view subject);

// What a token says of itself, as views; empty where it says nothing.
struct TokenNames {
    std::string_view session_id{};  // "sid"
    std::string_view token_id{};    // "jti"
    std::string_view user_id{};     // "sub"
    std::string_view client_id{};
    std::string_view key_id{};   // "kid" of the key that checked it
    TimePoint        issued_at;  // "iat"
};

// For RevocationSet::find(), as often as the token comes. Holds nothing of the token but hashes.
struct TokenKeys {
    SubjectHash  session{};
    SubjectHash  token{};
    SubjectHash  user{};
    SubjectHash  client{};
    SubjectHash  key{};
    std::int64_t issued_at = 0;  // Unix milliseconds: issue_time()

    // Cost: five hashes, about 150 ns.
    [[nodiscard]] static TokenKeys of(TokenNames const& names);
};

// The milliseconds of "jti", a UUID of version 7, where they lie in the second that "iat" names; else the beginning of
// that second.
[[nodiscard]] TimePoint issue_time(std::string_view token_id, TimePoint issued_at);

}  // namespace signet::revocation
