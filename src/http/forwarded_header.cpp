#include "http/forwarded_header.hpp"

#include <algorithm>

#include "http/message.hpp"
#include "http/numeric_address.hpp"
#include "http/request_head.hpp"

namespace signet::http {
namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 7239 6.3: an underscore and at least one of these.
bool is_hidden(std::string_view text)
{
    return text.size() > 1 && text.starts_with('_') && std::ranges::all_of(text.substr(1), [](char c) {
               return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
           });
}

// RFC 7239 6: ":" and a port, or nothing.
bool is_port(std::string_view text)
{
    if (text.empty()) return true;
    if (!text.starts_with(':')) return false;
    text.remove_prefix(1);
    return is_hidden(text) || (!text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit));
}

// The address of a node, empty for one that has none; nullopt when it is no node.
std::optional<std::string> parse_node(std::string_view text)
{
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        if (end == std::string_view::npos || !is_port(text.substr(end + 1))) return std::nullopt;
        auto const inside = text.substr(1, end - 1);
        // A zone ("%eth0") means something on another machine alone.
        if (!inside.contains(':') || inside.contains('%')) return std::nullopt;
        return canonical_address(inside);
    }
    auto const name = text.substr(0, text.find(':'));
    if (!is_port(text.substr(name.size()))) return std::nullopt;
    if (same_name(name, "unknown") || is_hidden(name)) return std::string{};
    return canonical_address(name);
}

// One line, taken from the left.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    std::optional<std::vector<std::string>> elements()
    {
        std::vector<std::string> found;
        do {
            auto element = take_element();
            if (!element) return std::nullopt;
            found.push_back(*std::move(element));
            skip_blanks();
        } while (take(','));
        if (!rest_.empty()) return std::nullopt;
        return found;
    }

private:
    // [ pair ] *( ";" [ pair ] ), not all of them absent. `for` may stand once.
    std::optional<std::string> take_element()
    {
        std::optional<std::string> client;
        bool                       any = false;
        skip_blanks();
        do {
            if (rest_.empty() || rest_.front() == ',' || rest_.front() == ';') continue;
            auto const name = take_token();
            if (name.empty() || !take('=')) return std::nullopt;
            auto const value = take_value();
            if (!value) return std::nullopt;
            any = true;
            if (!same_name(name, "for")) continue;
            auto node = parse_node(*value);
            if (client || !node) return std::nullopt;
            client = std::move(node);
        } while (take(';'));
        if (!any) return std::nullopt;
        return client.value_or("");
    }

    std::optional<std::string> take_value()
    {
        if (!take('"')) {
            auto const token = take_token();
            return token.empty() ? std::nullopt : std::optional{std::string{token}};
        }
        // RFC 9110 5.6.4; the head's bytes are clean of controls already.
        std::string text;
        while (!rest_.empty()) {
            auto const c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') return text;
            if (c == '\\') {
                if (rest_.empty()) return std::nullopt;
                text += rest_.front();
                rest_.remove_prefix(1);
            } else {
                text += c;
            }
        }
        return std::nullopt;
    }

    std::string_view take_token()
    {
        std::size_t size = 0;
        while (size < rest_.size() && is_token(rest_.substr(size, 1))) ++size;
        auto const token = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return token;
    }

    bool take(char wanted)
    {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

    std::string_view rest_;
};

}  // namespace

std::optional<std::vector<std::string>> parse_forwarded(std::string_view line)
{
    return Scanner{line}.elements();
}

}  // namespace signet::http
