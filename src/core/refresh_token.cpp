#include "core/refresh_token.hpp"

#include <string>
#include <utility>

#include "core/secret_text.hpp"
#include "jose/base64url.hpp"

namespace signet::core {
namespace {

constexpr std::string_view kPrefix    = "srt_";
constexpr std::string_view kPurpose   = "refresh token";
constexpr char             kVersion   = 1;
constexpr std::size_t      kBodyBytes = 1 + 16 + 8;  // version, session id, generation (big endian)
constexpr std::size_t      kMacBytes  = 32;
constexpr std::size_t      kTextBytes = kPrefix.size() + (kBodyBytes + kMacBytes) * 4 / 3;
static_assert((kBodyBytes + kMacBytes) % 3 == 0);

}  // namespace

SecretString make_refresh_token(TokenSecret const& secret, RefreshTokenContent const& content)
{
    std::string bytes{kVersion};
    bytes.append(content.session.uuid.bytes.begin(), content.session.uuid.bytes.end());
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(content.generation >> shift & 0xFF);
    auto const mac = secret.mac(kPurpose, bytes);
    bytes.append(mac.begin(), mac.end());
    return encode_secret(kPrefix, std::move(bytes));
}

std::optional<RefreshTokenContent> parse_refresh_token(TokenSecret const& secret, std::string_view text)
{
    if (text.size() != kTextBytes || !text.starts_with(kPrefix)) return std::nullopt;
    auto const decoded = jose::base64url::decode(text.substr(kPrefix.size()));
    if (!decoded || decoded->front() != kVersion) return std::nullopt;

    auto const bytes = std::string_view{*decoded};
    if (!secret.mac_matches(kPurpose, bytes.substr(0, kBodyBytes), bytes.substr(kBodyBytes))) return std::nullopt;

    RefreshTokenContent content{};
    bytes.copy(reinterpret_cast<char*>(content.session.uuid.bytes.data()), 16, 1);
    for (char const c : bytes.substr(17, 8))
        content.generation = content.generation << 8 | static_cast<std::uint8_t>(c);
    return content;
}

}  // namespace signet::core
