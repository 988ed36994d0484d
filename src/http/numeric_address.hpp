// http/numeric_address.hpp - addresses in the one text that the rest of the house compares.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace signet::http {

// The canonical text of a numeric address, as core::ClientAddress wants it: IPv4-mapped IPv6 becomes IPv4, a scope
// ("%eth0") is dropped. nullopt for a name, a port, or anything else.
[[nodiscard]] std::optional<std::string> canonical_address(std::string_view text);

}  // namespace signet::http
