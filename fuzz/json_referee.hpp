// fuzz/json_referee.hpp - a second reader of strict JSON, to disagree with base/json.hpp.
//
// Written from RFC 8259 and the promises of base/json.hpp, character by character,
// with nothing of simdjson in it. Slow, and recursive to the depth allowed.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuzz {

struct Json {
    enum class Kind { null, boolean, number, string, array, object };

    Kind                                      kind = Kind::null;
    std::string_view                          source{};  // as it stands in the text
    std::string                               string{};  // unescaped
    double                                    number = 0;
    std::vector<std::pair<std::string, Json>> members{};  // in their order
    std::vector<Json>                         items{};

    [[nodiscard]] Json const* find(std::string_view name) const
    {
        for (auto const& [member, value] : members)
            if (member == name) return &value;
        return nullptr;
    }
    [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
    [[nodiscard]] bool is_string(std::string_view wanted) const { return is(Kind::string) && string == wanted; }
};

struct JsonLimits {
    std::size_t depth;    // the outermost object is depth 1
    std::size_t members;  // in any one object
};

// One object and white space around it, views into `text`; nullopt for anything
// that base/json.hpp promises to refuse.
[[nodiscard]] std::optional<Json> read_json_object(std::string_view text, JsonLimits const& limits);

}  // namespace fuzz
