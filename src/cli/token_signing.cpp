// `signet token sign`: claims from a file to a signed token.
#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "cli/key_files.hpp"
#include "cli/refusals.hpp"
#include "cli/token.hpp"
#include "jose/jwt.hpp"

namespace signet::cli {
namespace {

std::expected<SecretString, std::string> read_claims(std::string const& file)
{
    if (file != "-") return read_key_file(file);
    return SecretString{std::string{std::istreambuf_iterator<char>{std::cin}, {}}};
}

std::expected<jose::Claims, std::string> parse_claims(std::string_view text)
{
    json::Document document;
    auto const     object = document.parse_object(text, {.depth = 16});
    if (!object)
        return std::unexpected(fmt::format("The claims are not one JSON object ({}).", json::name(object.error())));
    jose::Claims claims;
    for (auto const& member : document.members()) claims.set_json(member.name, member.value.text());
    return claims;
}

std::expected<std::string, std::string> signed_token(SignOptions const& options)
{
    auto const text   = TRY(read_claims(options.claims_file));
    auto       claims = TRY(parse_claims(text.reveal()));
    auto const key    = TRY(read_signing_key_file(options.key_file, options.algorithm));

    auto const now = options.now ? from_unix_milliseconds(*options.now * 1000) : SystemClock{}.now();
    if (options.expires_in_seconds)
        claims.issued_at(now).expires_at(now + std::chrono::seconds{*options.expires_in_seconds});
    else if (!claims.has("exp") && !options.allow_missing_expiry)
        return std::unexpected(
            "The claims have no exp: give --expires-in SECONDS, or --allow-missing-expiry if the token is to be good "
            "for "
            "ever.");

    auto token = jose::sign(claims, key, options.type);
    if (!token) return std::unexpected(said("The claims cannot be signed", token.error()));
    return *std::move(token);
}

}  // namespace

Exit sign_token(SignOptions const& options)
{
    auto const token = signed_token(options);
    if (!token) {
        complain(token.error());
        return kUsage;
    }
    fmt::print("{}\n", *token);
    return kDone;
}

}  // namespace signet::cli
