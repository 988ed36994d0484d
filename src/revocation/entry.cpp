#include "revocation/entry.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <charconv>

namespace signet::revocation {
namespace {

struct Named {
    Kind             kind;
    std::string_view name;
};
constexpr auto kKinds = std::to_array<Named>({
    {Kind::session, "session"},
    {Kind::token, "token"},
    {Kind::user, "user"},
    {Kind::client, "client"},
    {Kind::key, "key"},
    {Kind::everything, "everything"},
});

// Thirteen digits reach the year 2286, fourteen 5138; no line needs more, and no sum of two overflows.
constexpr std::int64_t kLatest = 99'999'999'999'999;

void append(std::string& line, std::int64_t number)
{
    std::array<char, 20> digits;
    line.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

// The text up to the next space, taken from `rest` with it; nullopt when there is no space.
std::optional<std::string_view> take_field(std::string_view& rest)
{
    auto const end = rest.find(' ');
    if (end == std::string_view::npos) return std::nullopt;
    auto const field = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return field;
}

// Digits alone, and no zero before others.
std::optional<std::int64_t> parse_number(std::string_view text)
{
    std::int64_t number = 0;
    auto const   read   = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    if (number < 0 || number > kLatest || (text.front() == '0' && text.size() > 1)) return std::nullopt;
    return number;
}

}  // namespace

std::string_view name(Kind kind)
{
    return std::ranges::find(kKinds, kind, &Named::kind)->name;
}

std::optional<Kind> find_kind(std::string_view name)
{
    auto const found = std::ranges::find(kKinds, name, &Named::name);
    return found == kKinds.end() ? std::nullopt : std::optional{found->kind};
}

bool is_subject(std::string_view text)
{
    return !text.empty() && text.size() <= kLongestSubject &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::string format_line(Entry const& entry)
{
    constexpr std::size_t kUsual = 96;
    std::string           line;
    line.reserve(kUsual);
    append(line, static_cast<std::int64_t>(entry.sequence));
    line.append(" ").append(name(entry.kind)).append(" ").append(entry.subject).append(" ");
    append(line, unix_milliseconds(entry.not_before));
    line.append(" ");
    append(line, unix_milliseconds(entry.until));
    return line;
}

std::optional<Entry> parse_line(std::string_view line)
{
    auto const sequence_text = take_field(line);
    auto const kind_text     = take_field(line);
    auto const subject       = take_field(line);
    auto const not_before    = take_field(line);
    if (!sequence_text || !kind_text || !subject || !not_before || !is_subject(*subject)) return std::nullopt;

    auto const sequence = parse_number(*sequence_text);
    auto const kind     = find_kind(*kind_text);
    auto const from     = parse_number(*not_before);
    auto const until    = parse_number(line);
    if (!sequence || *sequence == 0 || !kind || !from || !until) return std::nullopt;
    if ((*kind == Kind::everything) != (*subject == kAllSubjects)) return std::nullopt;
    return Entry{.sequence   = static_cast<Sequence>(*sequence),
                 .kind       = *kind,
                 .subject    = std::string{*subject},
                 .not_before = from_unix_milliseconds(*from),
                 .until      = from_unix_milliseconds(*until)};
}

Hash link(Hash const& before, std::string_view line)
{
    std::string bytes;
    bytes.reserve(before.size() + line.size());
    bytes.assign(before.begin(), before.end()).append(line);
    Hash hash;
    SHA256(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), hash.data());
    return hash;
}

}  // namespace signet::revocation
