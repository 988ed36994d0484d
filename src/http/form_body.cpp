#include "http/form_body.hpp"

#include <string.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "http/errors.hpp"

namespace signet::http {
namespace {

constexpr std::size_t kMostFields = 100;  // CHECKS E4

int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// One pass: what decoding makes is not decoded again. One allocation: no copy is left behind.
std::optional<std::string> decode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            if (text.size() - i < 3) return std::nullopt;
            int const high = hex_digit(text[i + 1]);
            int const low  = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high << 4 | low);
            i += 2;
        }
    }
    if (!utf8::is_valid(out)) return std::nullopt;
    return out;
}

// Wipes what may be a password once Fields holds its own copy.
struct Wiper {
    std::optional<std::string>& text;

    ~Wiper()
    {
        if (text) ::explicit_bzero(text->data(), text->size());
    }
};

struct Field {
    std::string_view name;   // still encoded
    std::string_view value;  // still encoded
};

Field take_field(std::string_view& form)
{
    auto const end    = form.find('&');
    auto const pair   = form.substr(0, end);
    form              = end == std::string_view::npos ? std::string_view{} : form.substr(end + 1);
    auto const equals = pair.find('=');
    return {pair.substr(0, equals), equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1)};
}

std::unexpected<Response> refuse_form(std::string_view sentence)
{
    return std::unexpected(refuse(Errc::invalid_request, sentence));
}

}  // namespace

std::expected<Fields, Response> read_form_body(std::string_view body, std::span<Member const> members)
{
    Fields      fields;
    std::size_t count = 0;
    while (!body.empty()) {
        if (++count > kMostFields) return refuse_form("The form has too many fields.");
        auto const  field = take_field(body);
        auto const  name  = decode(field.name);
        auto        value = decode(field.value);
        Wiper const wiper{value};
        if (!name || !value) return refuse_form("The form is not properly encoded.");

        auto const member = std::ranges::find(members, *name, &Member::name);
        if (member == members.end()) continue;
        if (fields.find(member->name)) return refuse_form("The form has a field twice.");
        fields.set(member->name, *value);
    }
    for (auto const& member : members)
        if (member.need == Need::required && !fields.find(member.name))
            return refuse_form("The field \"" + std::string{member.name} + "\" is missing.");
    return fields;
}

std::optional<std::string> find_query_field(std::string_view query, std::string_view name)
{
    std::optional<std::string> found;
    while (!query.empty()) {
        auto const field = take_field(query);
        if (decode(field.name) != name) continue;
        if (found) return std::nullopt;
        found = decode(field.value);
        if (!found) return std::nullopt;
    }
    return found;
}

}  // namespace signet::http
