// cli/address_rules.hpp - what an address in a configuration must be.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace signet::cli {

// "localhost", "::1", or an address of 127.0.0.0/8: nobody but this machine reaches it.
[[nodiscard]] bool is_loopback(std::string_view host);

// "https://host" or "https://host:port", lower case, nothing after it: an origin, and our form of an issuer. Plain http
// only to this machine. The error is the end of a sentence.
[[nodiscard]] std::optional<std::string> fault_of_origin(std::string_view text);

}  // namespace signet::cli
