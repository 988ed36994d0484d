#include "json_referee.hpp"

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <set>

namespace fuzz {
namespace {

struct Refused {};

class Referee {
public:
    Referee(std::string_view text, JsonLimits const& limits) : text_(text), limits_(limits) {}

    Json object_alone()
    {
        skip_white_space();
        insist(peek() == '{');
        auto json = value(0);
        skip_white_space();
        insist(at_ == text_.size());
        return json;
    }

private:
    static void insist(bool holds)
    {
        if (!holds) throw Refused{};
    }
    // NUL at the end: it is no character of JSON outside strings, and checked for inside them.
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] bool digit() const { return peek() >= '0' && peek() <= '9'; }

    unsigned char take()
    {
        insist(at_ < text_.size());
        return static_cast<unsigned char>(text_[at_++]);
    }
    bool take_if(char c)
    {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void skip_white_space()
    {
        while (at_ < text_.size() && std::string_view{" \t\r\n"}.find(text_[at_]) != std::string_view::npos) ++at_;
    }

    Json value(std::size_t depth)
    {
        skip_white_space();
        auto const start = at_;
        Json       json;
        switch (peek()) {
            case '{':
                json = object(depth + 1);
                break;
            case '[':
                json = array(depth + 1);
                break;
            case '"':
                json.kind   = Json::Kind::string;
                json.string = string();
                break;
            case 't':
            case 'f':
                json.kind = Json::Kind::boolean;
                word(peek() == 't' ? "true" : "false");
                break;
            case 'n':
                word("null");
                break;
            default:
                json.kind   = Json::Kind::number;
                json.number = number();
        }
        json.source = text_.substr(start, at_ - start);
        return json;
    }

    void word(std::string_view wanted)
    {
        insist(text_.substr(at_).starts_with(wanted));
        at_ += wanted.size();
    }

    Json object(std::size_t depth)
    {
        insist(depth <= limits_.depth);
        Json json;
        json.kind = Json::Kind::object;
        std::set<std::string> names;
        insist(take_if('{'));
        skip_white_space();
        if (take_if('}')) return json;
        do {
            skip_white_space();
            insist(peek() == '"');
            auto name = string();
            insist(name.find('\0') == name.npos);
            insist(names.insert(name).second && names.size() <= limits_.members);
            skip_white_space();
            insist(take_if(':'));
            auto member = value(depth);
            json.members.emplace_back(std::move(name), std::move(member));
            skip_white_space();
        } while (take_if(','));
        insist(take_if('}'));
        return json;
    }

    Json array(std::size_t depth)
    {
        insist(depth <= limits_.depth);
        Json json;
        json.kind = Json::Kind::array;
        insist(take_if('['));
        skip_white_space();
        if (take_if(']')) return json;
        do {
            json.items.push_back(value(depth));
            skip_white_space();
        } while (take_if(','));
        insist(take_if(']'));
        return json;
    }

    // RFC 8259 6.
    double number()
    {
        auto const start = at_;
        take_if('-');
        insist(digit());
        if (!take_if('0')) digits();
        bool is_integer = true;
        if (take_if('.')) {
            is_integer = false;
            digits();
        }
        if (take_if('e') || take_if('E')) {
            is_integer = false;
            if (!take_if('+')) take_if('-');
            digits();
        }
        std::string const text{text_.substr(start, at_ - start)};
        if (is_integer) insist(fits_64_bits(text));
        auto const number = std::strtod(text.c_str(), nullptr);
        insist(std::isfinite(number));
        return number;
    }
    void digits()
    {
        insist(digit());
        while (digit()) ++at_;
    }
    static bool fits_64_bits(std::string const& text)
    {
        errno = 0;
        if (text.front() == '-')
            (void)std::strtoll(text.c_str(), nullptr, 10);
        else
            (void)std::strtoull(text.c_str(), nullptr, 10);
        return errno == 0;
    }

    // RFC 8259 7.
    std::string string()
    {
        std::string out;
        insist(take_if('"'));
        for (auto c = take(); c != '"'; c = take()) {
            insist(c >= 0x20);
            if (c == '\\')
                escape(out);
            else if (c < 0x80)
                out += static_cast<char>(c);
            else
                beyond_ascii(out, c);
        }
        return out;
    }

    void escape(std::string& out)
    {
        auto const c = static_cast<char>(take());
        if (c == 'u') return append(out, code_point());
        constexpr std::string_view kLetters = "\"\\/bfnrt";
        constexpr std::string_view kMeant   = "\"\\/\b\f\n\r\t";
        auto const                 which    = kLetters.find(c);
        insist(which != kLetters.npos);
        out += kMeant[which];
    }

    std::uint32_t four_hex()
    {
        std::uint32_t out = 0;
        for (int i = 0; i < 4; ++i) {
            auto const c = take();
            insist((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
            out = out * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        return out;
    }

    // A pair of surrogates is one character; a lone one is none.
    std::uint32_t code_point()
    {
        auto const first = four_hex();
        insist(first < 0xDC00 || first > 0xDFFF);
        if (first < 0xD800 || first > 0xDBFF) return first;
        insist(take_if('\\') && take_if('u'));
        auto const second = four_hex();
        insist(second >= 0xDC00 && second <= 0xDFFF);
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    }

    static void append(std::string& out, std::uint32_t code)
    {
        auto const more = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
        if (code < 0x80) {
            out += static_cast<char>(code);
        } else if (code < 0x800) {
            out += static_cast<char>(0xC0 | code >> 6);
            more(0);
        } else if (code < 0x10000) {
            out += static_cast<char>(0xE0 | code >> 12);
            more(6);
            more(0);
        } else {
            out += static_cast<char>(0xF0 | code >> 18);
            more(12);
            more(6);
            more(0);
        }
    }

    // RFC 3629 3: no longer form than needed, no surrogate, nothing beyond U+10FFFF.
    void beyond_ascii(std::string& out, unsigned char first)
    {
        int const     more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        std::uint32_t code = first & (more == 3 ? 0x07U : more == 2 ? 0x0FU : 0x1FU);
        insist(first >= 0xC0 && first < 0xF8);
        for (int i = 0; i < more; ++i) {
            auto const c = take();
            insist((c & 0xC0) == 0x80);
            code = code << 6 | (c & 0x3FU);
        }
        constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
        insist(code >= kLeast[more] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF));
        append(out, code);
    }

    std::string_view  text_;
    JsonLimits const& limits_;
    std::size_t       at_ = 0;
};

}  // namespace

std::optional<Json> read_json_object(std::string_view text, JsonLimits const& limits)
{
    try {
        return Referee{text, limits}.object_alone();
    } catch (Refused const&) {
        return std::nullopt;
    }
}

}  // namespace fuzz
