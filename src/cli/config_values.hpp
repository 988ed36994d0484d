// cli/config_values.hpp - one setting's value: from text to its place in a Config, and back.
#pragma once
#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/config.hpp"
#include "core/settings.hpp"
#include "gateway/asked.hpp"
#include "gateway/rules.hpp"

namespace signet::cli {

// "30s", "10m", "1h", "30d", "250ms": a whole number and one unit.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// With the largest unit that divides it: "90s", "2m".
[[nodiscard]] std::string                              format_duration(std::chrono::milliseconds duration);

// "localhost:8443", "127.0.0.1:0", "[::1]:8443".
[[nodiscard]] std::optional<HostPort> parse_host_port(std::string_view text);
[[nodiscard]] std::string             format_host_port(HostPort const& address);

// How a value was written. Text from the environment and from flags may become any type; TOML knows its own.
struct Written {
    enum class Form { any, string, integer, boolean, list, other };
    Form                     form  = Form::any;
    std::string              text  = {};
    std::vector<std::string> items = {};  // of a list
};

// Where a value is kept; the alternative is its type.
using ValuePlace = std::variant<std::string*, bool*, std::uint32_t*, std::size_t*, std::chrono::seconds*,
                                std::chrono::milliseconds*, std::vector<std::string>*, HostPort*, jose::Algorithm*,
                                std::vector<jose::Algorithm>*, log::Level*, log::Format*, http::ForwardedHeader*,
                                gateway::Proxy*, gateway::Access*, WhenStale*, core::SessionMode*>;

// Inclusive, as one writes them; empty: none.
struct Bounds {
    std::string_view least = {};
    std::string_view most  = {};
};

// Puts the value in its place. The error is the end of a sentence: "must be a duration such as \"10m\"".
[[nodiscard]] std::expected<void, std::string> assign(Bounds const& bounds, ValuePlace place, Written const& value);
[[nodiscard]] std::expected<void, std::string> assign(Setting const& setting, Config& config, Written const& value);

// As one would write it in the file: `"10m"`, `8`, `["https://a.example"]`. Only reads.
[[nodiscard]] std::string written_value(ValuePlace place);
[[nodiscard]] std::string written_value(Setting const& setting, Config& config);

// "duration", "address", `"text" or "json"`, …
[[nodiscard]] std::string type_name(Bounds const& bounds, ValuePlace place);
[[nodiscard]] std::string type_name(Setting const& setting);

}  // namespace signet::cli
