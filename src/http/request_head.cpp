#include "http/request_head.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace signet::http {

namespace {

using CharacterSet = std::array<bool, 256>;

constexpr CharacterSet set_of(std::string_view members)
{
    CharacterSet set{};
    for (char const c : members) set[static_cast<std::uint8_t>(c)] = true;
    return set;
}

constexpr CharacterSet kHex    = set_of("0123456789abcdefABCDEF");
constexpr CharacterSet kDigits = set_of("0123456789");

constexpr CharacterSet kToken = set_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

// RFC 3986 2.2 and 2.3, and '%'; no '#', since a fragment is never sent.
constexpr CharacterSet kTarget = set_of(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    ":/?[]@!$&'()*+,;=%");

// NB: narrower than RFC 3986 3.2.2, which lets a name hold "!$&'()*+,;=": no real host does, and lists hide there.
constexpr CharacterSet kHostName    = set_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%");
constexpr CharacterSet kHostLiteral = set_of("0123456789abcdefABCDEF:.v");

constexpr bool all_in(CharacterSet const& set, std::string_view text)
{
    return std::ranges::all_of(text, [&](char c) { return set[static_cast<std::uint8_t>(c)]; });
}

}  // namespace

bool is_clean_line(std::string_view line)
{
    constexpr auto kForbidden = [](char c) {
        auto const byte = static_cast<std::uint8_t>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7F;
    };
    // Every byte of every head comes by here: eight at once, one by one only where a control character (a tab, mostly)
    // is among them. A borrow can only come from such a byte, so that no word is passed over wrongly.
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    while (line.size() >= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, line.data(), sizeof word);
        auto const delete_or = word ^ (kOnes * 0x7F);
        auto const controls  = (word - kOnes * 0x20) & ~word;
        auto const deletes   = (delete_or - kOnes) & ~delete_or;
        bool const suspect   = ((controls | deletes) & (kOnes * 0x80)) != 0;
        if (suspect && std::ranges::any_of(line.substr(0, sizeof word), kForbidden)) return false;
        line.remove_prefix(sizeof word);
    }
    return std::ranges::none_of(line, kForbidden);
}

bool is_token(std::string_view text)
{
    return !text.empty() && all_in(kToken, text);
}

bool is_clean_target(std::string_view text)
{
    if (text.empty() || !all_in(kTarget, text)) return false;
    for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
        if (text.size() < at + 3 || !all_in(kHex, text.substr(at + 1, 2))) return false;
    return true;
}

bool is_clean_authority(std::string_view text)
{
    auto const host_end = text.starts_with('[') ? text.find(']') : text.find(':');
    auto const host     = text.starts_with('[') ? text.substr(1, host_end - 1) : text.substr(0, host_end);
    if (host.empty() || !all_in(text.starts_with('[') ? kHostLiteral : kHostName, host)) return false;
    if (text.starts_with('[') && host_end == std::string_view::npos) return false;

    auto const rest = text.substr(std::min(text.size(), host.size() + (text.starts_with('[') ? 2 : 0)));
    return rest.empty() || (rest.starts_with(':') && rest.size() <= 6 && all_in(kDigits, rest.substr(1)));
}

std::expected<std::optional<std::size_t>, Refusal> RequestHead::scan(std::string_view text)
{
    for (;;) {
        auto const end = text.find('\n', searched_);
        if (end == std::string_view::npos) {
            searched_ = text.size();
            if (auto const refusal = check_size(text.size())) return std::unexpected(*refusal);
            return std::nullopt;
        }
        // First, since a line that came in pieces was refused for its length before its end was seen.
        if (auto const refusal = check_size(end + 1)) return std::unexpected(*refusal);
        // RFC 9112 2.2 lets a server take a bare LF as a line end. Those that do and those that do not disagree.
        if (end == line_begin_ || text[end - 1] != '\r') return std::unexpected(kBadRequest);

        auto const line = text.substr(line_begin_, end - 1 - line_begin_);
        if (!is_clean_line(line)) return std::unexpected(kBadRequest);
        line_begin_ = searched_ = end + 1;
        if (header_begin_ == 0) {
            if (line.empty()) return std::unexpected(kBadRequest);
            header_begin_ = line_begin_;
            continue;
        }
        if (line.empty()) return line_begin_;
        // RFC 9112 5.2: a server must refuse a folded line.
        if (line.front() == ' ' || line.front() == '\t') return std::unexpected(kBadRequest);
        if (++header_lines_ > limits_.header_count) return std::unexpected(kHeaderTooLarge);
    }
}

std::optional<Refusal> RequestHead::check_size(std::size_t size) const
{
    if (header_begin_ == 0 && size > limits_.request_line) return kUriTooLong;
    if (header_begin_ != 0 && size - header_begin_ > limits_.header_bytes) return kHeaderTooLarge;
    return std::nullopt;
}

void RequestHead::reset()
{
    line_begin_ = searched_ = header_begin_ = header_lines_ = 0;
}

}  // namespace signet::http
