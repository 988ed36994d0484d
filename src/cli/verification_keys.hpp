// cli/verification_keys.hpp - a key file, whatever its form, as jose::KeySets.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "jose/key_set.hpp"

namespace signet::cli {

// `content` is a PEM public key, a JWK, or a JWK Set; `algorithms` may be empty. A key that names its algorithm serves
// that one. A key that names none serves each of `algorithms` that fits it, and since a key in a set has one algorithm
// there is one set for each: of a PEM of RSA for {RS256, PS256} two. Never empty, nor is any of them.
//
// jose::Errc::contradictory_policy when a key needs an algorithm and none is given, unsupported_key when nothing here
// serves any of the keys; else what jose says of the key.
[[nodiscard]] jose::Result<std::vector<jose::KeySet>> read_verification_keys(
    std::string_view content, std::span<jose::Algorithm const> algorithms);

}  // namespace signet::cli
