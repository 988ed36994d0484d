// Any text as the claims of a rightly signed token: accepted exactly where RFC 7519
// and our rules allow it, by a reading of its JSON that shares nothing with ours;
// and what is then read of a claim is what stands there.
#include <algorithm>
#include <cmath>
#include <optional>

#include "json_referee.hpp"
#include "require.hpp"
#include "signed_text.hpp"

namespace {

using fuzz::Json;
using fuzz::JsonLimits;
using fuzz::require;
using jose::Errc;

constexpr std::size_t kMostBytes = 8UL * 1024;
constexpr JsonLimits  kLimits{.depth = 16, .members = 1024};
constexpr double      kNowSeconds = 1'800'000'000;

// Worse comes later.
enum class Timing { fine, within_a_millisecond, refused };

// CHECKS A30 and A31, in doubles: too coarse to say what holds within a millisecond.
Timing check_time(Json const& claims, std::string_view name, bool must_be_later)
{
    auto const* value = claims.find(name);
    if (value == nullptr) return Timing::fine;
    if (!value->is(Json::Kind::number) || value->number < 0 || value->number > 9007199254740992.0)
        return Timing::refused;
    if (value->number != kNowSeconds && std::abs(value->number - kNowSeconds) < 0.0015)
        return Timing::within_a_millisecond;
    bool const good = must_be_later ? value->number > kNowSeconds : value->number <= kNowSeconds;
    return good ? Timing::fine : Timing::refused;
}

bool is_text_or_absent(Json const& claims, std::string_view name)
{
    auto const* value = claims.find(name);
    return value == nullptr || value->is(Json::Kind::string);
}

bool is_for_us(Json const* aud)
{
    if (aud == nullptr) return false;
    if (!aud->is(Json::Kind::array)) return aud->is_string("a");
    bool ours = false;
    for (auto const& item : aud->items) {
        if (!item.is(Json::Kind::string)) return false;
        ours = ours || item.string == "a";
    }
    return ours;
}

Timing expected(std::optional<Json> const& claims)
{
    if (!claims) return Timing::refused;
    auto const* iss = claims->find("iss");
    if (iss == nullptr || !iss->is_string("i") || !is_for_us(claims->find("aud"))) return Timing::refused;
    if (!is_text_or_absent(*claims, "sub") || !is_text_or_absent(*claims, "jti")) return Timing::refused;
    return std::max(
        {check_time(*claims, "exp", true), check_time(*claims, "nbf", false), check_time(*claims, "iat", false)});
}

void check_claim(jose::VerifiedToken const& token, std::string const& name, Json const& value)
{
    require(token.find_json(name) == value.source);
    auto const text = token.find_string(name);
    require(text.has_value() == value.is(Json::Kind::string));
    if (text) require(*text == value.string);
    require(token.find_boolean(name).has_value() == value.is(Json::Kind::boolean));
    if (auto const yes = token.find_boolean(name)) require(*yes == (value.source == "true"));
    auto const integer = token.find_integer(name);
    if (integer) require(value.is(Json::Kind::number) && static_cast<double>(*integer) == value.number);
    auto const texts = token.find_strings(name);
    if (!texts) return;
    require(value.is(Json::Kind::array) && texts->size() == value.items.size());
    for (std::size_t i = 0; i < texts->size(); ++i) require(value.items[i].is_string((*texts)[i]));
}

void check_text_as_claims(std::string_view text, fuzz::Signer const& signer, jose::Policy const& policy)
{
    auto const token = fuzz::sign_bytes(R"({"alg":"HS256","kid":"k"})", text, signer);
    if (token.size() > kMostBytes) return;
    auto const claims  = fuzz::read_json_object(text, kLimits);
    auto const verdict = expected(claims);
    auto const answer  = jose::verify(token, signer.keys, policy, fuzz::kNow);
    // The form alone, whatever the claims say.
    require(claims.has_value() == (answer || answer.error().code != Errc::malformed_claims));
    require(claims.has_value() == jose::UnverifiedToken::parse(token).has_value());
    if (verdict != Timing::within_a_millisecond) require(answer.has_value() == (verdict == Timing::fine));
    if (!answer) return;
    require(answer->claims_json() == text && answer->issuer() == "i");
    if (answer->expires_at()) require(*answer->expires_at() > fuzz::kNow);
    for (auto const& [name, value] : claims->members) check_claim(*answer, name, value);
}

// As the value of a claim about to be signed: taken exactly when it is one JSON value.
void check_text_as_value(std::string_view text, fuzz::Signer const& signer)
{
    auto const json   = R"({"x":)" + std::string{text} + "}";
    auto const claims = fuzz::read_json_object(json, kLimits);
    auto const token  = jose::sign(jose::Claims{}.set_json("x", std::string{text}), signer.key, "JWT");
    require(token.has_value() == (claims && claims->members.size() == 1));
    if (!token) return require(token.error().code == Errc::malformed_claims);
    auto const again = jose::UnverifiedToken::parse(*token, token->size());
    require(again && again->claims_json() == json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    static auto const signer = fuzz::hs256_signer();
    static auto const policy = *jose::Policy::create({.issuer                           = "i",
                                                      .audience                         = "a",
                                                      .algorithms                       = {jose::Algorithm::hs256},
                                                      .max_token_bytes                  = kMostBytes,
                                                      .dangerously_allow_missing_expiry = true,
                                                      .dangerously_accept_any_type      = true});
    auto const        text   = fuzz::text_of(data, size);
    check_text_as_claims(text, signer, policy);
    check_text_as_value(text, signer);
    return 0;
}
