// cli/verification_keys.hpp - a key file, whatever its form, as a jose::KeySet.
#pragma once
#include <span>
#include <string_view>

#include "jose/key_set.hpp"

namespace signet::cli {

// `content` is a PEM public key, a JWK, or a JWK Set. `algorithms` may be empty; of those given, a key that names none
// takes the one that fits it. jose::Errc::contradictory_policy when a key needs one and none is given.
[[nodiscard]] jose::Result<jose::KeySet> read_verification_keys(std::string_view                 content,
                                                                std::span<jose::Algorithm const> algorithms);

}  // namespace signet::cli
