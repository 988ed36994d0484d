#include "core/device_token.hpp"

#include "jose/base64url.hpp"

namespace signet::core {
namespace {

constexpr std::string_view kPrefix    = "sdt_";
constexpr std::string_view kPurpose   = "device token";
constexpr char             kVersion   = 1;
constexpr std::size_t      kBodyBytes = 1 + 16 + 16;  // version, user id, device id
constexpr std::size_t      kMacBytes  = 32;
constexpr std::size_t      kTextBytes = kPrefix.size() + ((kBodyBytes + kMacBytes) * 4 + 2) / 3;

}  // namespace

std::string make_device_token(TokenSecret const& secret, DeviceTokenContent const& content)
{
    std::string bytes{kVersion};
    bytes.append(content.user.uuid.bytes.begin(), content.user.uuid.bytes.end());
    bytes.append(content.device.bytes.begin(), content.device.bytes.end());
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
    bytes.copy(reinterpret_cast<char*>(content.user.uuid.bytes.data()), 16, 1);
    bytes.copy(reinterpret_cast<char*>(content.device.bytes.data()), 16, 17);
    return content;
}

}  // namespace signet::core
