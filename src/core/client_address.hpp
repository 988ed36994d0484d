// core/client_address.hpp - where a request comes from.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace signet::core {

// A numeric IPv4 or IPv6 address in canonical text; never a name. IPv4-mapped
// IPv6 is IPv4. Empty when there is no network (the command line).
struct ClientAddress {
    std::string text;

    // nullopt for anything but a numeric address: names, ports, brackets, zone ids.
    [[nodiscard]] static std::optional<ClientAddress> parse(std::string_view text);

    // The /64 of an IPv6 address ("2001:db8:1:2::/64"), the address itself for IPv4.
    [[nodiscard]] std::string network() const;
    [[nodiscard]] bool        is_loopback() const;

    bool operator==(ClientAddress const&) const = default;
};

// The device and place of one request, as kept with a session and an audit row.
struct Origin {
    ClientAddress address;
    std::string   user_agent;  // as sent, cut to 400 bytes; a stranger's text
};

}  // namespace signet::core
