// jose/key_set.hpp - a set of verification keys, found by "kid". RFC 7517 5.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jose/key.hpp"

namespace jose {

// Immutable; copying shares; safe to use from many threads.
class KeySet {
public:
    KeySet();  // empty: verifies nothing

    // Refuses two keys with one kid (Errc::duplicate_kid), a key without a kid in
    // a set of several, and symmetric next to asymmetric keys.
    [[nodiscard]] static Result<KeySet> from(std::vector<VerificationKey> keys);

    // A JWK Set. Keys of a kty or alg not served here are skipped, as RFC 7517 5
    // asks; a key that is served but wrong refuses the whole set. At most 100
    // keys and 64 KiB. An RSA or oct key that names no "alg" serves
    // `for_keys_without_alg`; without that it is skipped.
    [[nodiscard]] static Result<KeySet> parse(std::string_view         json,
                                              std::optional<Algorithm> for_keys_without_alg = std::nullopt);

    // Exact match; nullptr when there is none. In a set of one, a token without
    // kid finds the only key, and a key without kid is found by any.
    [[nodiscard]] VerificationKey const* find(std::string_view kid) const;

    [[nodiscard]] std::size_t                      size() const;
    [[nodiscard]] std::span<VerificationKey const> keys() const;

    // {"keys":[...]}, public keys only; refused when the set is symmetric.
    [[nodiscard]] Result<std::string> to_json() const;

private:
    std::shared_ptr<std::vector<VerificationKey> const> keys_;
};

}  // namespace jose
