// core/secret_text.hpp - how a secret of bytes is written for whoever is to bring it back.
#pragma once
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace signet::core {

// `prefix` + base64url(`bytes`). No other copy of it stays in memory.
[[nodiscard]] SecretString encode_secret(std::string_view prefix, std::string bytes);

}  // namespace signet::core
