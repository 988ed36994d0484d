#include "cli/config_values.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <concepts>
#include <limits>

#include "base/json.hpp"

namespace signet::cli {
namespace {

using std::chrono::milliseconds;
using Outcome = std::expected<void, std::string>;
using Form    = Written::Form;

struct Unit {
    std::string_view name;
    std::int64_t     milliseconds;
};
constexpr std::array kUnits{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1000},
                            Unit{"ms", 1}};

template <class T>
struct Choice {
    std::string_view name;
    T                value;
};
constexpr std::array kAlgorithms{Choice{"ES256", jose::Algorithm::es256}, Choice{"EdDSA", jose::Algorithm::eddsa},
                                 Choice{"ES384", jose::Algorithm::es384}, Choice{"ES512", jose::Algorithm::es512},
                                 Choice{"RS256", jose::Algorithm::rs256}, Choice{"RS384", jose::Algorithm::rs384},
                                 Choice{"RS512", jose::Algorithm::rs512}, Choice{"PS256", jose::Algorithm::ps256},
                                 Choice{"PS384", jose::Algorithm::ps384}, Choice{"PS512", jose::Algorithm::ps512},
                                 Choice{"HS256", jose::Algorithm::hs256}, Choice{"HS384", jose::Algorithm::hs384},
                                 Choice{"HS512", jose::Algorithm::hs512}};
constexpr std::array kLevels{Choice{"debug", log::Level::debug}, Choice{"info", log::Level::info},
                             Choice{"warning", log::Level::warning}, Choice{"error", log::Level::error}};
constexpr std::array kFormats{Choice{"text", log::Format::text}, Choice{"json", log::Format::json}};
constexpr std::array kForwardedHeaders{Choice{"X-Forwarded-For", http::ForwardedHeader::x_forwarded_for},
                                       Choice{"Forwarded", http::ForwardedHeader::forwarded}};
constexpr std::array kProxies{Choice{"nginx", gateway::Proxy::nginx}, Choice{"forwarded", gateway::Proxy::forwarded},
                              Choice{"envoy", gateway::Proxy::envoy}};
constexpr std::array kAccesses{Choice{"open", gateway::Access::open}, Choice{"signed_in", gateway::Access::signed_in}};
constexpr std::array kWhenStale{Choice{"fail_closed", WhenStale::fail_closed},
                                Choice{"until_expiry", WhenStale::until_expiry}};
constexpr std::array kSessionModes{Choice{"token", core::SessionMode::token},
                                   Choice{"session", core::SessionMode::session}};

constexpr auto& choices(jose::Algorithm)
{
    return kAlgorithms;
}
constexpr auto& choices(log::Level)
{
    return kLevels;
}
constexpr auto& choices(log::Format)
{
    return kFormats;
}
constexpr auto& choices(http::ForwardedHeader)
{
    return kForwardedHeaders;
}
constexpr auto& choices(gateway::Proxy)
{
    return kProxies;
}
constexpr auto& choices(gateway::Access)
{
    return kAccesses;
}
constexpr auto& choices(WhenStale)
{
    return kWhenStale;
}
constexpr auto& choices(core::SessionMode)
{
    return kSessionModes;
}

template <class T>
concept Choosable = requires(T value) { choices(value); };
template <class T>
concept Number = std::same_as<T, std::uint32_t> || std::same_as<T, std::size_t>;
template <class T>
concept Duration = std::same_as<T, std::chrono::seconds> || std::same_as<T, milliseconds>;

std::unexpected<std::string> must(std::string what)
{
    return std::unexpected("must be " + std::move(what));
}

std::optional<std::uint64_t> parse_number(std::string_view text)
{
    std::uint64_t number{};
    auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is_form(Written const& value, Form wanted)
{
    return value.form == wanted || value.form == Form::any;
}

// One parse() and one write() per type of setting.

Outcome parse(Bounds const&, std::string& place, Written const& value)
{
    if (!is_form(value, Form::string)) return must("a string");
    place = value.text;
    return {};
}

Outcome parse(Bounds const&, bool& place, Written const& value)
{
    if (!is_form(value, Form::boolean) || (value.text != "true" && value.text != "false")) return must("true or false");
    place = value.text == "true";
    return {};
}

template <Number T>
Outcome parse(Bounds const& bounds, T& place, Written const& value)
{
    auto const least = parse_number(bounds.least).value_or(0);
    auto const most  = parse_number(bounds.most).value_or(std::numeric_limits<T>::max());
    auto const wrong = must(fmt::format("a number from {} to {}", least, most));
    if (!is_form(value, Form::integer)) return wrong;
    auto const number = parse_number(value.text);
    if (!number || *number < least || *number > most) return wrong;
    place = static_cast<T>(*number);
    return {};
}

template <Duration T>
Outcome parse(Bounds const& bounds, T& place, Written const& value)
{
    auto const wrong = must(R"(a duration such as "30s", "10m", "1h", or "30d")");
    if (!is_form(value, Form::string)) return wrong;
    auto const duration = parse_duration(value.text);
    if (!duration) return wrong;
    auto const least = parse_duration(bounds.least).value_or(milliseconds{0});
    auto const most  = parse_duration(bounds.most).value_or(milliseconds::max());
    if (*duration < least || *duration > most) return must(fmt::format("from {} to {}", bounds.least, bounds.most));
    auto const whole = std::chrono::duration_cast<T>(*duration);
    if (whole != *duration) return must("whole seconds");
    place = whole;
    return {};
}

Outcome parse(Bounds const&, std::vector<std::string>& place, Written const& value)
{
    if (!is_form(value, Form::list)) return must("a list of strings");
    place = value.items;
    if (value.form == Form::list) return {};
    // From the environment or a flag: items separated by commas.
    place.clear();
    for (auto rest = std::string_view{value.text}; !rest.empty();) {
        auto const comma = std::min(rest.find(','), rest.size());
        auto       item  = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        if (!item.empty()) place.emplace_back(item);
    }
    return {};
}

Outcome parse(Bounds const&, HostPort& place, Written const& value)
{
    auto const address = is_form(value, Form::string) ? parse_host_port(value.text) : std::nullopt;
    if (!address) return must(R"(an address and port such as "localhost:8443" or "[::1]:8443")");
    place = *address;
    return {};
}

template <Choosable T>
std::string listed_choices()
{
    std::string out;
    for (auto const& choice : choices(T{})) out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", choice.name);
    return out;
}

template <Choosable T>
Outcome parse(Bounds const&, T& place, Written const& value)
{
    for (auto const& choice : choices(T{})) {
        if (!is_form(value, Form::string) || choice.name != value.text) continue;
        place = choice.value;
        return {};
    }
    return must("one of " + listed_choices<T>());
}

Outcome parse(Bounds const& bounds, std::vector<jose::Algorithm>& place, Written const& value)
{
    std::vector<std::string> names;
    if (!parse(bounds, names, value) || names.empty()) return must("a list of " + listed_choices<jose::Algorithm>());
    place.clear();
    for (auto& name : names) {
        jose::Algorithm one{};
        if (!parse(bounds, one, {.text = std::move(name)}))
            return must("a list of " + listed_choices<jose::Algorithm>());
        place.push_back(one);
    }
    return {};
}

std::string write(std::string const& value)
{
    return json::quote(value);
}
std::string write(bool value)
{
    return value ? "true" : "false";
}
std::string write(Number auto value)
{
    return std::to_string(value);
}
std::string write(Duration auto value)
{
    return json::quote(format_duration(value));
}
std::string write(HostPort const& value)
{
    return json::quote(format_host_port(value));
}
std::string write(std::vector<std::string> const& values)
{
    std::string out;
    for (auto const& value : values) out += (out.empty() ? "" : ", ") + json::quote(value);
    return "[" + out + "]";
}
template <Choosable T>
std::string write(T value)
{
    for (auto const& choice : choices(value))
        if (choice.value == value) return json::quote(choice.name);
    return "";
}

std::string write(std::vector<jose::Algorithm> const& values)
{
    std::string out;
    for (auto const value : values) out += (out.empty() ? "" : ", ") + write(value);
    return "[" + out + "]";
}

template <class T>
std::string type_of(Bounds const& bounds, T const*)
{
    if constexpr (std::same_as<T, std::string>) return "string";
    if constexpr (std::same_as<T, bool>) return "true or false";
    if constexpr (Number<T>) return fmt::format("number, {} to {}", bounds.least, bounds.most);
    if constexpr (Duration<T>) return fmt::format("duration, {} to {}", bounds.least, bounds.most);
    if constexpr (std::same_as<T, std::vector<std::string>>) return "list of strings";
    if constexpr (std::same_as<T, HostPort>) return "host:port";
    if constexpr (std::same_as<T, std::vector<jose::Algorithm>>) return "list of " + listed_choices<jose::Algorithm>();
    if constexpr (Choosable<T>) return "one of " + listed_choices<T>();
}

Bounds bounds_of(Setting const& setting)
{
    return {setting.least, setting.most};
}

ValuePlace place_of(Setting const& setting, Config& config)
{
    return std::visit([&](auto place) { return ValuePlace{&place(config)}; }, setting.place);
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text)
{
    auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
    auto const number = parse_number(text.substr(0, digits));
    if (!number || digits > 9) return std::nullopt;  // nine digits of days still fit
    for (auto const& unit : kUnits)
        if (text.substr(digits) == unit.name)
            return milliseconds{static_cast<std::int64_t>(*number) * unit.milliseconds};
    return std::nullopt;
}

std::string format_duration(milliseconds duration)
{
    if (duration.count() == 0) return "0s";
    for (auto const& unit : kUnits)
        if (duration.count() % unit.milliseconds == 0)
            return fmt::format("{}{}", duration.count() / unit.milliseconds, unit.name);
    return "";
}

std::optional<HostPort> parse_host_port(std::string_view text)
{
    auto const colon = text.rfind(':');
    if (colon == text.npos) return std::nullopt;
    auto       host = text.substr(0, colon);
    auto const port = parse_number(text.substr(colon + 1));
    if (!port || *port > 65535) return std::nullopt;
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.contains(':'))
        return std::nullopt;  // an IPv6 address needs its brackets
    if (host.empty() || host.find_first_of(" /[]@?#") != host.npos) return std::nullopt;
    return HostPort{std::string{host}, static_cast<std::uint16_t>(*port)};
}

std::string format_host_port(HostPort const& address)
{
    if (address.host.contains(':')) return fmt::format("[{}]:{}", address.host, address.port);
    return fmt::format("{}:{}", address.host, address.port);
}

Outcome assign(Bounds const& bounds, ValuePlace place, Written const& value)
{
    return std::visit([&](auto* kept) { return parse(bounds, *kept, value); }, place);
}

Outcome assign(Setting const& setting, Config& config, Written const& value)
{
    return assign(bounds_of(setting), place_of(setting, config), value);
}

std::string written_value(ValuePlace place)
{
    return std::visit([](auto const* kept) { return write(*kept); }, place);
}

std::string written_value(Setting const& setting, Config& config)
{
    return written_value(place_of(setting, config));
}

std::string type_name(Bounds const& bounds, ValuePlace place)
{
    return std::visit([&](auto const* kept) { return type_of(bounds, kept); }, place);
}

std::string type_name(Setting const& setting)
{
    Config config;
    return type_name(bounds_of(setting), place_of(setting, config));
}

}  // namespace signet::cli
