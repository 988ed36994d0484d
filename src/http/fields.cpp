#include "http/fields.hpp"

#include <stdexcept>
#include <string>

namespace signet::http {

std::optional<std::string_view> Fields::find(std::string_view name) const
{
    for (auto const& [known, value] : values_)
        if (known == name) return value.reveal();
    return std::nullopt;
}

std::string_view Fields::get(std::string_view name) const
{
    auto const value = find(name);
    if (!value) throw std::logic_error("the route's row does not require the member " + std::string{name});
    return *value;
}

}  // namespace signet::http
