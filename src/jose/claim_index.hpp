// jose/claim_index.hpp - the claims of one token by name, in memory of their own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace jose::detail {

// A parsed document ends with the next token; this stays. A look-up compares
// names one by one, which for the dozen claims of a token is faster than any map.
class ClaimIndex {
public:
    // A part of text_; an offset, since text_ moves when it grows.
    struct Piece {
        std::uint32_t at   = 0;
        std::uint32_t size = 0;
    };
    struct Claim {
        Piece              name;
        signet::json::Kind kind = signet::json::Kind::null;
        Piece              text;             // of a string
        std::int64_t       integer     = 0;  // of an integer, or 0 and 1 of a boolean
        double             number      = 0;  // of an integer or a number
        // Of an array of nothing but strings.
        bool               all_strings = false;
        std::size_t        first_item  = 0;
        std::size_t        items       = 0;
    };

    void fill(signet::json::Value const& object);

    [[nodiscard]] Claim const*               find(std::string_view name) const;
    [[nodiscard]] std::optional<std::size_t> position(std::string_view name) const;
    [[nodiscard]] std::string_view           text(Claim const& claim) const { return view(claim.text); }
    [[nodiscard]] std::string_view           item(Claim const& claim, std::size_t i) const;

private:
    Piece                          keep(std::string_view text);
    void                           keep_items(Claim& claim, signet::json::Value const& array);
    [[nodiscard]] std::string_view view(Piece piece) const
    {
        return std::string_view{text_}.substr(piece.at, piece.size);
    }

    std::vector<Claim> claims_;
    std::vector<Piece> items_;
    std::string        text_;
};

// The text of the value at `position` in the text of one JSON object, which must
// have been parsed before and have that many members.
[[nodiscard]] std::string_view member_text(std::string_view object, std::size_t position);

}  // namespace jose::detail
