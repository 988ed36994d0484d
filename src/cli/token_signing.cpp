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

// Whoever verifies the token will want it, and as a number.
std::expected<void, std::string> check_expiry(std::string_view claims, SignOptions const& options)
{
    auto const object = json::parse_object(claims);
    auto const exp    = object ? object->find("exp") : std::nullopt;
    if (exp && !exp->number())
        return std::unexpected("The claim exp is not a number of seconds: nobody would accept the token.");
    if (!exp && !options.allow_missing_expiry)
        return std::unexpected(
            "The claims have no exp: give --expires-in SECONDS, or --allow-missing-expiry if the token is to be good "
            "for ever.");
    return {};
}

std::expected<std::string, std::string> signed_token(SignOptions const& options)
{
    auto const text   = TRY(read_claims(options.claims_file));
    auto       claims = jose::Claims::parse(text.reveal());
    if (!claims) return std::unexpected(said("The claims are not one JSON object", claims.error()));
    auto const key = TRY(read_signing_key_file(options.key_file, options.algorithm));

    auto const now = options.now ? from_unix_milliseconds(*options.now * 1000) : SystemClock{}.now();
    if (options.expires_in_seconds)
        claims->issued_at(now).expires_at(now + std::chrono::seconds{*options.expires_in_seconds});
    else
        TRY(check_expiry(text.reveal(), options));

    auto token = jose::sign(*claims, key, options.type);
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
