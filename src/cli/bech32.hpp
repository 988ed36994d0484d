// cli/bech32.hpp - Bech32 (BIP 173): how age writes its keys.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace signet::cli {

// The bytes of `text` when it is whole, of one case, and begins with `prefix` and "1". `prefix` in lower case.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> decode_bech32(std::string_view text, std::string_view prefix);

}  // namespace signet::cli
