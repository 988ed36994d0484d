// core/device_token.hpp - remembers that an account signed in on this device before.
//
// Proves nothing about who holds the device; it only keeps a stranger's guesses
// from locking the owner out (CHECKS C9). "sdt_" + base64url(version ‖ user id ‖ device id ‖ mark ‖ HMAC-SHA256).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.hpp"
#include "core/token_secret.hpp"

namespace signet::core {

// Of the password that let the device in. Another password makes all devices strangers again: who knew the old one may
// have made himself a thousand of them, each with guesses of its own (CHECKS C7). Without the secret it tells nothing.
using PasswordMark = std::array<std::uint8_t, 8>;
[[nodiscard]] PasswordMark mark_of(TokenSecret const& secret, PasswordHash const& password);

struct DeviceTokenContent {
    UserId       user;
    Uuid         device;
    PasswordMark password;
};

[[nodiscard]] std::string make_device_token(TokenSecret const& secret, DeviceTokenContent const& content);
[[nodiscard]] std::optional<DeviceTokenContent> parse_device_token(TokenSecret const& secret, std::string_view text);

}  // namespace signet::core
