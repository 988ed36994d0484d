// http/numeric_address.hpp - addresses in the one text that the rest of the house compares.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace signet::http {

// The canonical text of a numeric address, as core::ClientAddress wants it: IPv4-mapped IPv6 becomes IPv4, a scope
// ("%eth0") is dropped. nullopt for a name, a port, or anything else.
[[nodiscard]] std::optional<std::string> canonical_address(std::string_view text);

// A numeric address as the network writes it.
struct AddressBytes {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t                  size = 0;  // 4 or 16

    [[nodiscard]] std::span<std::uint8_t const> span() const { return std::span{bytes}.first(size); }
};

// No bytes for what is no address.
[[nodiscard]] AddressBytes address_bytes(std::string_view text);

}  // namespace signet::http
