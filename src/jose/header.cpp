#include "jose/header.hpp"

#include <algorithm>

#include "base/result.hpp"
#include "jose/base64url_into.hpp"
#include "jose/jwk.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

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

using CheckCritical = Result<void> (*)(signet::json::Value const& header);

// RFC 7515 4.1.11: "If any of the listed extension Header Parameters are not
// understood and supported by the recipient, then the JWS is invalid." None is
// supported here, so any crit at all is refused, and b64 with it (RFC 7797 6).
Result<void> refuse_critical(signet::json::Value const& header)
{
    for (std::string_view const name : {"crit", "b64"})
        if (header.find(name)) return refuse(Errc::unsupported_critical, std::string(name));
    return {};
}

// RFC 7797 6: one who signs a payload unencoded says so, and makes it critical.
Result<void> require_unencoded(signet::json::Value const& header)
{
    auto const b64 = header.find("b64");
    if (!b64 || b64->boolean() != false) return refuse(Errc::unsupported_critical, "b64 is not false");
    auto const crit     = header.find("crit");
    int        items    = 0;
    bool const only_b64 = crit && crit->kind() == signet::json::Kind::array &&
                          crit->for_each_item([&](auto const& item) { return ++items == 1 && item.string() == "b64"; });
    if (!only_b64 || items != 1) return refuse(Errc::unsupported_critical, "crit is not [\"b64\"]");
    return {};
}

Result<Header> parse(signet::json::Document& document, std::string_view encoded, CheckCritical check_critical)
{
    Header header;
    if (!base64url::decode_into(header.json, encoded)) return refuse(Errc::malformed_token, "header: not base64url");
    auto const object = document.parse_object(header.json, kHeaderLimits);
    if (!object) return refuse(Errc::malformed_header, std::string(signet::json::name(object.error())));
    auto const kid = TRY(find_string(*object, "kid"));
    auto const typ = TRY(find_string(*object, "typ"));
    if (kid && kid->size() > kLongestKid) return refuse(Errc::malformed_header, "kid is longer than 128 bytes");
    TRY(check_critical(*object));
    auto const* row = TRY(read_algorithm(*object));
    header.row      = row;
    header.kid      = kid.value_or("");
    header.typ      = typ;
    return header;
}

}  // namespace

Result<Header const*> HeaderReader::read(std::string_view encoded)
{
    for (auto const& known : known_)
        if (known.encoded == encoded && known.header.row != nullptr) return &known.header;

    auto  header = TRY(parse(document_, encoded, refuse_critical));
    auto& slot   = known_[oldest_];
    slot.header  = Header{};  // until both members are those of one token
    slot.encoded = encoded;
    slot.header  = std::move(header);
    oldest_      = (oldest_ + 1) % known_.size();
    return &slot.header;
}

Result<Header> read_unencoded_header(std::string_view encoded)
{
    signet::json::Document document;
    return parse(document, encoded, require_unencoded);
}

bool same_type(std::string_view one, std::string_view other)
{
    return one == other || same_letters(without_application(one), without_application(other));
}

}  // namespace jose::detail
