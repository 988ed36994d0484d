#include "core/device_token.hpp"

#include <algorithm>

#include "jose/base64url.hpp"

namespace signet::core {
namespace {

constexpr std::string_view kPrefix    = "sdt_";
constexpr std::string_view kPurpose   = "device token";
constexpr char             kVersion   = 1;
constexpr std::size_t      kIdBytes   = 16;
constexpr std::size_t      kBodyBytes = 1 + kIdBytes + kIdBytes + PasswordMark{}.size();  // version, user, device, mark
constexpr std::size_t      kMacBytes  = 32;
constexpr std::size_t      kTextBytes = kPrefix.size() + ((kBodyBytes + kMacBytes) * 4 + 2) / 3;

}  // namespace

PasswordMark mark_of(TokenSecret const& secret, PasswordHash const& password)
{
    auto const   mac = secret.mac("password of a device", password.text);
    PasswordMark mark{};
    std::ranges::copy_n(mac.begin(), mark.size(), mark.begin());
    return mark;
}

std::string make_device_token(TokenSecret const& secret, DeviceTokenContent const& content)
{
    std::string bytes{kVersion};
    bytes.append(content.user.uuid.bytes.begin(), content.user.uuid.bytes.end());
    bytes.append(content.device.bytes.begin(), content.device.bytes.end());
    bytes.append(content.password.begin(), content.password.end());
    auto const mac = secret.mac(kPurpose, bytes);
    bytes.append(mac.begin(), mac.end());
    return std::string{kPrefix} + jose::base64url::encode(bytes);
}

std::optional<DeviceTokenContent> parse_device_token(TokenSecret const& secret, std::string_view text)
{
    if (text.size() != kTextBytes || !text.starts_with(kPrefix)) return std::nullopt;
    auto const decoded = jose::base64url::decode(text.substr(kPrefix.size()));
    if (!decoded || decoded->front() != kVersion) return std::nullopt;

    auto const bytes = std::string_view{*decoded};
    if (!secret.mac_matches(kPurpose, bytes.substr(0, kBodyBytes), bytes.substr(kBodyBytes))) return std::nullopt;

    DeviceTokenContent content{};
    auto               take = [&, at = std::size_t{1}](auto& part) mutable {
        at += bytes.copy(reinterpret_cast<char*>(part.data()), part.size(), at);
    };
    take(content.user.uuid.bytes);
    take(content.device.bytes);
    take(content.password);
    return content;
}

}  // namespace signet::core
