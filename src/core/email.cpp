#include "core/email.hpp"

#include <algorithm>

namespace signet::core {
namespace {

constexpr std::size_t kMaxBytes  = 254;                                      // RFC 5321 4.5.3.1.3, less the brackets
constexpr std::size_t kMaxLocal  = 64;                                       // RFC 5321 4.5.3.1.1
constexpr std::size_t kMaxLabel  = 63;                                       // RFC 1035 2.3.4
constexpr auto        kAtomExtra = std::string_view{"!#$%&'*+-/=?^_`{|}~"};  // RFC 5322 3.2.3

constexpr bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
constexpr bool is_atom(char c)
{
    return is_letter(c) || is_digit(c) || kAtomExtra.find(c) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// RFC 5321 4.1.2 Dot-string. Quoted local parts are refused: nobody has one, many programs misread them.
bool is_local_part(std::string_view local)
{
    if (local.empty() || local.size() > kMaxLocal) return false;
    bool after_dot = true;
    for (char const c : local) {
        if (c == '.' ? after_dot : !is_atom(c)) return false;
        after_dot = c == '.';
    }
    return !after_dot;
}

bool is_label(std::string_view label)
{
    if (label.empty() || label.size() > kMaxLabel) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    return std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_domain(std::string_view domain)
{
    if (domain == "localhost") return true;
    std::size_t labels = 0;
    for (auto rest = domain;; ++labels) {
        auto const dot   = rest.find('.');
        auto const label = rest.substr(0, dot);
        if (!is_label(label)) return false;
        // An all-numeric last label would be an IP address, not a name.
        if (dot == std::string_view::npos) return labels >= 1 && !std::ranges::all_of(label, is_digit);
        rest.remove_prefix(dot + 1);
    }
}

std::string lower_case(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace

Result<Email> Email::parse(std::string_view typed)
{
    auto const text = trimmed(typed);
    if (text.empty()) return refused(Errc::invalid_email, "empty");
    if (text.size() > kMaxBytes) return refused(Errc::invalid_email, "longer than 254 bytes");

    auto const at = text.find('@');
    if (at == std::string_view::npos) return refused(Errc::invalid_email, "no @");

    Email email;
    email.text_ = text;
    email.key_  = lower_case(email.text_);
    if (!is_local_part(text.substr(0, at))) return refused(Errc::invalid_email, "local part");
    if (!is_domain(std::string_view{email.key_}.substr(at + 1))) return refused(Errc::invalid_email, "domain");
    return email;
}

}  // namespace signet::core
