#include "jose/claim_index.hpp"

#include <algorithm>

namespace jose::detail {

using signet::json::Kind;
using signet::json::Value;

ClaimIndex::Piece ClaimIndex::keep(std::string_view text)
{
    Piece const piece{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size())};
    text_ += text;
    return piece;
}

void ClaimIndex::keep_items(Claim& claim, Value const& array)
{
    claim.first_item  = items_.size();
    claim.all_strings = array.for_each_item([this](Value const& item) {
        auto const text = item.string();
        if (text) items_.push_back(keep(*text));
        return text.has_value();
    });
    claim.items       = items_.size() - claim.first_item;
}

void ClaimIndex::fill(Value const& object)
{
    claims_.clear();
    items_.clear();
    text_.clear();
    object.for_each_member([this](std::string_view name, Value const& value) {
        Claim claim;
        claim.name = keep(name);
        claim.kind = value.kind();
        if (claim.kind == Kind::string) claim.text = keep(*value.string());
        if (claim.kind == Kind::boolean) claim.integer = *value.boolean();
        if (claim.kind == Kind::integer) claim.integer = *value.integer();
        if (claim.kind == Kind::integer || claim.kind == Kind::number) claim.number = *value.number();
        if (claim.kind == Kind::array) keep_items(claim, value);
        claims_.push_back(claim);
        return true;
    });
}

std::optional<std::size_t> ClaimIndex::position(std::string_view name) const
{
    auto const found = std::ranges::find(claims_, name, [this](Claim const& claim) { return view(claim.name); });
    if (found == claims_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - claims_.begin());
}

ClaimIndex::Claim const* ClaimIndex::find(std::string_view name) const
{
    auto const at = position(name);
    return at ? &claims_[*at] : nullptr;
}

std::string_view ClaimIndex::item(Claim const& claim, std::size_t i) const
{
    return view(items_[claim.first_item + i]);
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
