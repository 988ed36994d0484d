#include "jose/header.hpp"

#include <algorithm>
#include <cstdint>

#include "base/result.hpp"
#include "jose/jwk.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

// CHECKS A9. The bytes were bounded with the whole token's.
constexpr signet::json::Limits kLimits{.bytes = SIZE_MAX, .depth = 8, .members = 64};

Result<std::optional<std::string_view>> find_string(signet::json::Value const& header, std::string_view name)
{
    auto const value = header.find(name);
    if (!value) return std::nullopt;
    auto const text = value->string();
    if (!text) return refuse(Errc::malformed_header, std::string(name) + " is not a string");
    return *text;
}

Result<AlgorithmRow const*> read_algorithm(signet::json::Value const& header)
{
    auto const value = header.find("alg");
    auto const text  = value ? value->string() : std::nullopt;
    if (!text) return refuse(Errc::algorithm_not_allowed, "alg is missing or not a string");
    auto const* row = find_row(*text);
    if (row == nullptr) return refuse(Errc::algorithm_not_allowed, "alg " + excerpt(*text));
    return row;
}

constexpr char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_letters(std::string_view one, std::string_view other)
{
    return std::ranges::equal(one, other, {}, to_lower, to_lower);
}

std::string_view without_application(std::string_view type)
{
    constexpr std::string_view kPrefix = "application/";
    return same_letters(type.substr(0, kPrefix.size()), kPrefix) ? type.substr(kPrefix.size()) : type;
}

}  // namespace

Result<Header> read_header(signet::json::Document& document, std::string_view json)
{
    auto const object = document.parse_object(json, kLimits);
    if (!object) return refuse(Errc::malformed_header, std::string(signet::json::name(object.error())));

    auto const kid = TRY(find_string(*object, "kid"));
    auto const typ = TRY(find_string(*object, "typ"));
    if (kid && kid->size() > kLongestKid) return refuse(Errc::malformed_header, "kid is longer than 128 bytes");

    // RFC 7515 4.1.11: "If any of the listed extension Header Parameters are not
    // understood and supported by the recipient, then the JWS is invalid." None is
    // supported here, so any crit at all is refused, and b64 with it (RFC 7797 6).
    for (std::string_view const name : {"crit", "b64"})
        if (object->find(name)) return refuse(Errc::unsupported_critical, std::string(name));

    auto const* row = TRY(read_algorithm(*object));
    return Header{.row = row, .kid = kid.value_or(""), .typ = typ};
}

bool same_type(std::string_view one, std::string_view other)
{
    return same_letters(without_application(one), without_application(other));
}

}  // namespace jose::detail
