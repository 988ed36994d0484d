// verify(): which checks a token meets, and in what order.
#include <algorithm>

#include "base/result.hpp"
#include "jose/refuse.hpp"
#include "jose/signature.hpp"
#include "jose/token_access.hpp"
#include "jose/token_state.hpp"

namespace jose {
namespace {

using namespace detail;
using signet::json::Kind;
using signet::json::Value;

// RFC 7519 2, NumericDate: "Seconds ... non-integer values can be represented".
// Negative and beyond 2^53, where doubles lose seconds, is nonsense (CHECKS A31).
Result<std::optional<Time>> read_time(Value const* claim, std::string_view name)
{
    constexpr double kMostSeconds = 9007199254740992.0;

    if (claim == nullptr) return std::nullopt;
    auto const number = claim->number_or(-1);
    if (!(number >= 0 && number <= kMostSeconds))
        return refuse(Errc::wrong_claim_type,
                      std::string(name) + (claim->number() ? " is out of range" : " is not a number"));
    auto const whole = static_cast<std::int64_t>(number);
    auto const milli = static_cast<std::int64_t>((number - static_cast<double>(whole)) * 1000);
    return Time{std::chrono::milliseconds{whole * 1000 + milli}};
}

// A claim of another type is refused whether or not the policy looks at it.
Result<void> check_string(Value const* claim, std::string_view name)
{
    if (claim == nullptr || claim->kind() == Kind::string) return {};
    return refuse(Errc::wrong_claim_type, std::string(name) + " is not a string");
}

Result<void> check_algorithm(AlgorithmRow const& row, Expectations const& expected)
{
    if (std::ranges::find(expected.algorithms, row.id) != expected.algorithms.end()) return {};
    return refuse(Errc::algorithm_not_allowed, "alg " + std::string(row.name));
}

Result<void> check_type(std::optional<std::string_view> typ, Expectations const& expected)
{
    if (expected.dangerously_accept_any_type) return {};
    if (typ && same_type(*typ, expected.type)) return {};
    return refuse(Errc::type_mismatch, "expected " + expected.type + ", got " + (typ ? excerpt(*typ) : "none"));
}

Result<void> check_issuer(ClaimIndex const& claims, Expectations const& expected)
{
    auto const* iss = claims.find(Registered::iss);
    TRY(check_string(iss, "iss"));
    if (expected.dangerously_accept_any_issuer) return {};
    if (iss == nullptr) return refuse(Errc::missing_claim, "iss");
    // RFC 8725 3.8; byte for byte: no folding of case, port, or slash (CHECKS A32).
    auto const text = iss->string();
    if (text == expected.issuer) return {};
    return refuse(Errc::issuer_mismatch, "expected " + expected.issuer + ", got " + excerpt(*text));
}

// RFC 7519 4.1.3: one string, or an array of strings; every item is looked at.
Result<void> check_audience(ClaimIndex const& claims, Expectations const& expected)
{
    auto const* aud = claims.find(Registered::aud);
    if (aud == nullptr && expected.dangerously_accept_any_audience) return {};
    if (aud == nullptr) return refuse(Errc::missing_claim, "aud");

    bool       ours    = false;
    auto const is_text = [&](Value const& value) {
        auto const text = value.string();
        ours            = ours || text == expected.audience;
        return text.has_value();
    };
    bool const well_formed = aud->kind() == Kind::array ? aud->for_each_item(is_text) : is_text(*aud);
    if (!well_formed) return refuse(Errc::wrong_claim_type, "aud is neither a string nor an array of strings");
    if (ours || expected.dangerously_accept_any_audience) return {};
    return refuse(Errc::audience_mismatch, "expected " + expected.audience + ", got " + excerpt(aud->text()));
}

// "exp 1800000000, now 1800000600": seconds, as in the token.
std::unexpected<Error> refuse_time(Errc code, std::string_view claim, Time time, Time now)
{
    auto const seconds = [](Time at) {
        return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
    };
    return refuse(code, std::string(claim) + " " + seconds(time) + ", now " + seconds(now));
}

// CHECKS A30. The skew is taken from the token's time, which is never negative,
// so that no sum can overflow.
Result<void> check_times(TokenAccess::State& token, Expectations const& expected, Time now)
{
    auto const skew  = std::chrono::milliseconds{expected.clock_skew};
    auto const exp   = TRY(read_time(token.index.find(Registered::exp), "exp"));
    auto const nbf   = TRY(read_time(token.index.find(Registered::nbf), "nbf"));
    auto const iat   = TRY(read_time(token.index.find(Registered::iat), "iat"));
    token.expires_at = exp;
    token.issued_at  = iat;
    if (!exp && !expected.dangerously_allow_missing_expiry) return refuse(Errc::missing_claim, "exp");
    if (exp && now >= *exp + skew) return refuse_time(Errc::expired, "exp", *exp, now);
    if (nbf && *nbf - skew > now) return refuse_time(Errc::not_yet_valid, "nbf", *nbf, now);
    if (iat && *iat - skew > now) return refuse_time(Errc::issued_in_the_future, "iat", *iat, now);
    return {};
}

Result<VerifiedToken> check_token(std::string_view compact, KeySet const& keys, Policy const& policy, Time now)
{
    auto const& expected = policy.expectations();
    auto&       bench    = Workbench::of_this_thread();
    auto        token    = TokenAccess::new_state();

    auto const  parts  = TRY(decode_compact(compact, expected.max_token_bytes, token->claims, bench.signature));
    auto const* header = TRY(bench.headers.read(parts.header));
    TRY(check_algorithm(*header->row, expected));
    TRY(verify_signature(*header, parts, bench.signature, keys));

    // From here on the bytes are the issuer's; only now are they read.
    auto const claims = token->document.parse_object(token->claims, {.bytes = expected.max_token_bytes, .depth = 16});
    if (!claims) return refuse(Errc::malformed_claims, std::string(signet::json::name(claims.error())));
    token->index.fill(token->document.members());
    TRY(check_type(header->typ, expected));
    TRY(check_issuer(token->index, expected));
    TRY(check_audience(token->index, expected));
    TRY(check_times(*token, expected, now));
    TRY(check_string(token->index.find(Registered::sub), "sub"));
    TRY(check_string(token->index.find(Registered::jti), "jti"));

    token->header    = header->json;
    token->kid       = header->kid;
    token->algorithm = header->row->id;
    return TokenAccess::seal(std::move(token));
}

}  // namespace

Result<VerifiedToken> verify(std::string_view compact, KeySet const& keys, Policy const& policy, Time now)
{
    return refuse_when_out_of_memory([&] { return check_token(compact, keys, policy, now); });
}

}  // namespace jose
