// jose/result.hpp - what every fallible function of this library gives back.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace jose {

// Why a token, key, or policy was refused. Spelled like its public string.
enum class Errc : std::uint8_t {
    // The token's form
    token_too_large,       // longer than Expectations::max_token_bytes
    malformed_token,       // not three base64url parts separated by dots; of a JWE, five
    malformed_header,      // the header is not one strict JSON object
    malformed_claims,      // the payload is not one strict JSON object
    unsupported_critical,  // "crit", "b64", or a JWE's "zip" is present: RFC 7515 4.1.11
    // Who may sign, and with what
    algorithm_not_allowed,  // "alg" is missing, unknown, or not the policy's
    algorithm_mismatch,     // "alg" is not the one this key was loaded for
    unknown_key,            // no key in the set has this "kid"
    bad_signature,          // also of a key that could not sign
    // The claims
    type_mismatch,  // "typ" is not the one the policy names
    missing_claim,
    wrong_claim_type,  // for example "exp" given as a string
    issuer_mismatch,
    audience_mismatch,
    expired,
    not_yet_valid,         // "nbf" is in the future
    issued_in_the_future,  // "iat" is in the future
    // Keys and policies
    malformed_key,
    weak_key,              // RSA under 2048 bits, HMAC key shorter than its hash, ...
    unsupported_key,       // a kty, crv, or alg this library does not serve
    key_not_for_this_use,  // use, key_ops, or a private key where a public one is wanted
    duplicate_kid,
    contradictory_policy,
    // Encryption
    encryption_not_allowed,  // "enc" is missing, unknown, or not the policy's
    decryption_failed,       // of key, IV, content, or tag: never said which
    // Nothing was decided
    out_of_memory,  // says nothing about what was given: the same call may succeed later
};

// "bad_signature" for Errc::bad_signature, and so on. No cost; thread-safe.
[[nodiscard]] std::string_view name(Errc code);

// For logs and developers; an HTTP answer shows the code's name at most.
struct Error {
    Errc        code;
    // The claim, header, or member concerned; expected and got. May quote up to 64
    // bytes of what a stranger sent, unescaped; never a secret. Empty where a code
    // says it all.
    std::string detail;
};

// The value or why there is none, never both.
//
// A function that gives a Result throws nothing: when memory runs out, within OpenSSL
// too, it refuses with Errc::out_of_memory, leaks nothing, and the next call works.
// Where OpenSSL does not tell a lack of memory from a refusal, the answer is that
// refusal; it is never a yes. Functions that give anything else throw std::bad_alloc.
// One lack nobody can catch: a thread's first call notes what is to end with the thread,
// and the C library ends the process when it has no memory even for that.
template <class T>
using Result = std::expected<T, Error>;

}  // namespace jose
