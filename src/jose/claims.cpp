// The claims of a token about to be signed.
#include <algorithm>

#include "base/json.hpp"
#include "base/result.hpp"
#include "jose/claim_index.hpp"
#include "jose/jwt.hpp"
#include "jose/refuse.hpp"
#include "jose/signature.hpp"

namespace jose {
namespace {

constexpr signet::json::Limits kLimits{.bytes = 64UL * 1024, .depth = 16};

// Whether this is one JSON value by itself, and no half that others complete.
bool is_one_value(std::string_view json)
{
    auto& document = detail::Workbench::of_this_thread().claims;
    auto  object   = std::string{"{\"\":"};
    object.append(json).append("}");
    return document.parse_object(object, kLimits) && document.members().size() == 1;
}

Result<std::string> sign_claims(Claims const& claims, SigningKey const& key, std::string_view type)
{
    auto const json     = claims.to_json();
    auto&      document = detail::Workbench::of_this_thread().claims;
    auto const object   = document.parse_object(json, kLimits);
    if (!object) return detail::refuse(Errc::malformed_claims, std::string(signet::json::name(object.error())));
    return detail::sign_compact(json, key, type);
}

Result<signet::json::Document> parse_claims(std::string_view json)
{
    signet::json::Document document;
    auto const             object = document.parse_object(json, kLimits);
    if (!object) return detail::refuse(Errc::malformed_claims, std::string(signet::json::name(object.error())));
    return document;
}

}  // namespace

Result<Claims> Claims::parse(std::string_view json)
{
    return detail::refuse_when_out_of_memory([&]() -> Result<Claims> {
        auto const document = TRY(parse_claims(json));
        auto const members  = document.members();
        Claims     claims;
        for (std::size_t i = 0; i < members.size(); ++i)
            claims.members_.emplace_back(members[i].name, detail::member_text(json, i));
        return claims;
    });
}

Claims& Claims::set(std::string_view name, std::string_view value)
{
    return put(name, signet::json::quote(value));
}
Claims& Claims::set(std::string_view name, std::int64_t value)
{
    return put(name, std::to_string(value));
}
Claims& Claims::set(std::string_view name, bool value)
{
    return put(name, value ? "true" : "false");
}

Claims& Claims::set(std::string_view name, std::span<std::string const> values)
{
    std::string json = "[";
    for (auto const& value : values) {
        if (json.size() > 1) json += ',';
        json += signet::json::quote(value);
    }
    return put(name, json + "]");
}

Claims& Claims::set_json(std::string_view name, std::string json)
{
    if (!is_one_value(json)) json.clear();  // sign() finds no value here, and refuses
    return put(name, std::move(json));
}

Claims& Claims::put(std::string_view name, std::string json)
{
    auto const known =
        std::ranges::find(members_, name, [](auto const& member) -> auto const& { return member.first; });
    if (known != members_.end())
        known->second = std::move(json);
    else
        members_.emplace_back(name, std::move(json));
    return *this;
}

bool Claims::has(std::string_view name) const
{
    return std::ranges::any_of(members_, [&](auto const& member) { return member.first == name; });
}

std::string Claims::to_json() const
{
    signet::json::Object object;
    for (auto const& [name, json] : members_) object.set_raw(name, json);
    return object.text();
}

Result<std::string> sign(Claims const& claims, SigningKey const& key, std::string_view type)
{
    return detail::refuse_when_out_of_memory([&] { return sign_claims(claims, key, type); });
}

}  // namespace jose
