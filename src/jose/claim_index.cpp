#include "jose/claim_index.hpp"

#include <algorithm>

namespace jose::detail {

using signet::json::Member;
using signet::json::Value;

namespace {

constexpr std::uint32_t packed(std::string_view three)
{
    return static_cast<unsigned char>(three[0]) | static_cast<unsigned char>(three[1]) << 8 |
           static_cast<unsigned char>(three[2]) << 16;
}

std::optional<Registered> find_registered(std::string_view name)
{
    if (name.size() != 3) return std::nullopt;
    switch (packed(name)) {
        case packed("iss"):
            return Registered::iss;
        case packed("sub"):
            return Registered::sub;
        case packed("aud"):
            return Registered::aud;
        case packed("exp"):
            return Registered::exp;
        case packed("nbf"):
            return Registered::nbf;
        case packed("iat"):
            return Registered::iat;
        case packed("jti"):
            return Registered::jti;
        default:
            return std::nullopt;
    }
}

}  // namespace

void ClaimIndex::fill(std::span<Member const> members)
{
    claims_ = members;
    registered_.fill(0);
    for (std::uint32_t i = 0; i < claims_.size(); ++i)
        if (auto const known = find_registered(claims_[i].name)) registered_[static_cast<std::size_t>(*known)] = i + 1;
}

std::optional<std::size_t> ClaimIndex::position(std::string_view name) const
{
    auto const found = std::ranges::find(claims_, name, &Member::name);
    if (found == claims_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - claims_.begin());
}

Value const* ClaimIndex::find(std::string_view name) const
{
    auto const at = position(name);
    return at ? &claims_[*at].value : nullptr;
}

Value const* ClaimIndex::find(Registered name) const
{
    auto const at = registered_[static_cast<std::size_t>(name)];
    return at == 0 ? nullptr : &claims_[at - 1].value;
}

namespace {

// Walks text that is known to be one JSON object, for the value at `position`.
class ValueFinder {
public:
    explicit ValueFinder(std::string_view object) : text_(object) {}

    std::string_view value(std::size_t position)
    {
        at_ = text_.find('{') + 1;
        for (std::size_t i = 0; i < position; ++i) at_ = end_of_member() + 1;
        at_              = end_of_string(text_.find('"', at_));
        auto const start = text_.find_first_not_of(kWhiteSpace, text_.find(':', at_) + 1);
        auto const text  = text_.substr(start, end_of_member() - start);
        return text.substr(0, text.find_last_not_of(kWhiteSpace) + 1);
    }

private:
    static constexpr std::string_view kWhiteSpace = " \t\r\n";

    // One past the closing quote of the string that opens at `quote`.
    [[nodiscard]] std::size_t end_of_string(std::size_t quote) const
    {
        auto at = quote + 1;
        while (text_[at] != '"') at += text_[at] == '\\' ? 2 : 1;
        return at + 1;
    }

    // Where the comma or brace stands that ends the member at_ is in.
    [[nodiscard]] std::size_t end_of_member() const
    {
        std::size_t depth = 0;
        auto        at    = at_;
        for (; depth > 0 || (text_[at] != ',' && text_[at] != '}'); ++at) {
            if (text_[at] == '"') at = end_of_string(at) - 1;
            if (text_[at] == '{' || text_[at] == '[') ++depth;
            if (text_[at] == '}' || text_[at] == ']') --depth;
        }
        return at;
    }

    std::string_view text_;
    std::size_t      at_ = 0;
};

}  // namespace

std::string_view member_text(std::string_view object, std::size_t position)
{
    return ValueFinder{object}.value(position);
}

}  // namespace jose::detail
