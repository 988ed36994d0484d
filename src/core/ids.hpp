// core/ids.hpp - identifiers that cannot be mistaken for one another.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.hpp"

namespace signet::core {

template <class Noun>
struct Id {
    Uuid uuid;

    [[nodiscard]] static Id                make(TimePoint now, Random& random) { return {Uuid::make(now, random)}; }
    [[nodiscard]] static std::optional<Id> parse(std::string_view text)
    {
        auto const uuid = Uuid::parse(text);
        return uuid ? std::optional<Id>{Id{*uuid}} : std::nullopt;
    }
    [[nodiscard]] std::string text() const { return uuid.text(); }

    auto operator<=>(Id const&) const = default;
};

using UserId    = Id<struct UserNoun>;
using SessionId = Id<struct SessionNoun>;

}  // namespace signet::core
