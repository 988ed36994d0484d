#include "gateway/identity_headers.hpp"

namespace signet::gateway {
namespace {

void append_text(std::string& out, std::string_view text)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7F && c != '%') {
            out += c;
            continue;
        }
        out += '%';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 0xF];
    }
}

std::string header_list(std::span<std::string const> items)
{
    std::string out;
    for (auto const& item : items) {
        if (!out.empty()) out += ' ';
        append_text(out, item);
    }
    return out;
}

}  // namespace

std::string header_text(std::string_view text)
{
    std::string out;
    append_text(out, text);
    return out;
}

void add_identity(http::Response& response, Identity const& identity)
{
    auto const& names  = kIdentityHeaders;
    std::array  values = {header_text(identity.user),     header_text(identity.session), header_text(identity.email),
                          header_text(identity.name),     header_list(identity.roles),   header_list(identity.scopes),
                          header_text(identity.client_id)};
    static_assert(std::tuple_size_v<decltype(values)> == kIdentityHeaders.size());
    response.headers.reserve(response.headers.size() + names.size());
    for (std::size_t i = 0; i < names.size(); ++i)
        response.headers.push_back({std::string{names[i]}, std::move(values[i])});
}

}  // namespace signet::gateway
