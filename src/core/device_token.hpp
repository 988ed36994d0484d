// core/device_token.hpp - remembers that an account signed in on this device before.
//
// Proves nothing about who holds the device; it only keeps a stranger's guesses
// from locking the owner out (CHECKS C9). "sdt_" + base64url(version ‖ user id ‖ device id ‖ HMAC-SHA256).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.hpp"
#include "core/token_secret.hpp"

namespace signet::core {

struct DeviceTokenContent {
    UserId user;
    Uuid   device;
};

[[nodiscard]] std::string make_device_token(TokenSecret const& secret, DeviceTokenContent const& content);
[[nodiscard]] std::optional<DeviceTokenContent> parse_device_token(TokenSecret const& secret, std::string_view text);

}  // namespace signet::core
