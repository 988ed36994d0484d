#include "core/user.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace signet::core {
namespace {

constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxRoleBytes = 64;

// Control characters, line separators, and the marks that turn the direction of
// text around: a name with one of them reads differently from what it is.
constexpr bool is_refused_in_a_name(char32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

constexpr bool is_role_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':' || c == '-';
}

}  // namespace

Result<std::string> parse_name(std::string_view typed)
{
    auto const first = typed.find_first_not_of(' ');
    if (first == std::string_view::npos) return std::string{};
    auto const trimmed = typed.substr(first, typed.find_last_not_of(' ') - first + 1);
    if (trimmed.size() > kMaxNameBytes) return refused(Errc::invalid_name, "longer than 200 bytes");

    for (auto rest = trimmed; !rest.empty();) {
        auto const code = utf8::take(rest);
        // A replacement character means that somebody before us met invalid bytes.
        if (code == utf8::kReplacement) return refused(Errc::invalid_name, "not UTF-8");
        if (is_refused_in_a_name(code)) return refused(Errc::invalid_name, "control character");
    }
    return std::string{trimmed};
}

Result<std::string> parse_role(std::string_view typed)
{
    if (typed.empty() || typed.size() > kMaxRoleBytes) return refused(Errc::invalid_role, "1 to 64 bytes");
    if (!std::ranges::all_of(typed, is_role_character)) return refused(Errc::invalid_role, "only a-z 0-9 _ . : -");
    return std::string{typed};
}

Result<std::vector<std::string>> parse_roles(std::vector<std::string> const& typed)
{
    std::vector<std::string> roles;
    for (auto const& text : typed) {
        auto role = TRY(parse_role(text));
        if (std::ranges::find(roles, role) == roles.end()) roles.push_back(std::move(role));
    }
    return roles;
}

}  // namespace signet::core
