#include "core/session_cookie.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/secret_text.hpp"
#include "jose/base64url.hpp"

namespace signet::core {
namespace {

constexpr std::string_view kPrefix    = "sst_";
constexpr std::string_view kPurpose   = "session cookie";
constexpr std::size_t      kIdBytes   = 16;
constexpr std::size_t      kMacBytes  = 32;
constexpr std::size_t      kTextBytes = kPrefix.size() + (kIdBytes + kMacBytes) * 4 / 3;
static_assert((kIdBytes + kMacBytes) % 3 == 0);

bool is_base64url(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

SecretString make_session_cookie(TokenSecret const& secret, SessionId session)
{
    std::string bytes{session.uuid.bytes.begin(), session.uuid.bytes.end()};
    auto const  mac = secret.mac(kPurpose, bytes);
    bytes.append(mac.begin(), mac.end());
    return encode_secret(kPrefix, std::move(bytes));
}

std::optional<SessionId> parse_session_cookie(TokenSecret const& secret, std::string_view text)
{
    if (!is_like_session_cookie(text)) return std::nullopt;
    auto const decoded = jose::base64url::decode(text.substr(kPrefix.size()));
    if (!decoded) return std::nullopt;

    auto const bytes = std::string_view{*decoded};
    if (!secret.mac_matches(kPurpose, bytes.substr(0, kIdBytes), bytes.substr(kIdBytes))) return std::nullopt;
    SessionId session{};
    bytes.copy(reinterpret_cast<char*>(session.uuid.bytes.data()), kIdBytes);
    return session;
}

bool is_like_session_cookie(std::string_view text)
{
    return text.size() == kTextBytes && text.starts_with(kPrefix) &&
           std::ranges::all_of(text.substr(kPrefix.size()), is_base64url);
}

}  // namespace signet::core
