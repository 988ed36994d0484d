// http/fields.hpp - the members of a request's body, after they were checked.
#pragma once
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.hpp"

namespace signet::http {

enum class Need { required, optional };
// Of a JSON body; in a form everything is text.
enum class Form { text, integer };

// One member an endpoint takes.
struct Member {
    std::string_view name;
    Need             need;
    Form             form = Form::text;
};

// Values are wiped when this ends: some are passwords. Move-only.
class Fields {
public:
    // As sent, UTF-8, an integer in decimal; nullopt when the body had no such member.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    // A member the route's row says is required. Throws std::logic_error when the row does not.
    [[nodiscard]] std::string_view                get(std::string_view name) const;

    // `name` must live as long as this.
    void set(std::string_view name, std::string_view value) { values_.emplace_back(name, SecretString{value}); }

private:
    std::vector<std::pair<std::string_view, SecretString>> values_;
};

}  // namespace signet::http
