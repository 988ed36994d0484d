#include "http/template.hpp"

namespace signet::http {

std::string fill(std::string_view html, Filling const& values)
{
    std::string out;
    out.reserve(html.size() + 512);
    while (true) {
        auto const open  = html.find("{{");
        auto const close = open == std::string_view::npos ? open : html.find("}}", open);
        if (close == std::string_view::npos) return out.append(html);
        out.append(html.substr(0, open));
        auto const value = values.find(html.substr(open + 2, close - open - 2));
        if (value != values.end()) out.append(value->second);
        html.remove_prefix(close + 2);
    }
}

std::string escape_html(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (char const c : text) switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    return out;
}

std::string escape_query(std::string_view text)
{
    constexpr std::string_view kKept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()";
    constexpr std::string_view kHex  = "0123456789ABCDEF";
    std::string                out;
    for (unsigned char const c : text) {
        if (kKept.find(static_cast<char>(c)) != std::string_view::npos)
            out += static_cast<char>(c);
        else
            out.append("%").append(1, kHex[c >> 4]).append(1, kHex[c & 15]);
    }
    return out;
}

}  // namespace signet::http
