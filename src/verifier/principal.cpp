#include "verifier/principal.hpp"

#include <algorithm>

#include "base/result.hpp"

namespace signet {
namespace {

using jose::Errc;

std::unexpected<jose::Error> refuse(Errc code, std::string_view claim)
{
    return std::unexpected(jose::Error{.code = code, .detail = std::string{claim}});
}

// Empty when the claim is absent.
jose::Result<std::string> optional_text(jose::VerifiedToken const& token, std::string_view claim)
{
    if (auto const text = token.find_string(claim)) return std::string{*text};
    if (token.find_json(claim)) return refuse(Errc::wrong_claim_type, claim);
    return std::string{};
}

jose::Result<std::string> required_text(jose::VerifiedToken const& token, std::string_view claim)
{
    auto text = TRY(optional_text(token, claim));
    if (text.empty()) return refuse(Errc::missing_claim, claim);
    return text;
}

jose::Result<std::vector<std::string>> optional_list(jose::VerifiedToken const& token, std::string_view claim)
{
    if (!token.find_json(claim)) return std::vector<std::string>{};
    auto list = token.find_strings(claim);
    if (!list) return refuse(Errc::wrong_claim_type, claim);
    return *std::move(list);
}

// RFC 6749 3.3: scope values are separated by spaces.
std::vector<std::string> split_at_spaces(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        auto const end = std::min(text.find(' '), text.size());
        if (end > 0) words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

}  // namespace

bool Principal::has_role(std::string_view role) const
{
    return std::ranges::find(roles, role) != roles.end();
}

bool Principal::has_scope(std::string_view scope) const
{
    return std::ranges::find(scopes, scope) != scopes.end();
}

jose::Result<Principal> principal_of(jose::VerifiedToken const& token)
{
    auto const issued  = token.issued_at();
    auto const expires = token.expires_at();
    if (!issued) return refuse(Errc::missing_claim, "iat");
    if (!expires) return refuse(Errc::missing_claim, "exp");

    Principal who{};
    who.user_id      = TRY(required_text(token, "sub"));
    who.client_id    = TRY(required_text(token, "client_id"));
    who.token_id     = TRY(required_text(token, "jti"));
    who.session_id   = TRY(optional_text(token, "sid"));
    who.email        = TRY(optional_text(token, "email"));
    who.name         = TRY(optional_text(token, "name"));
    who.roles        = TRY(optional_list(token, "roles"));
    auto const scope = TRY(optional_text(token, "scope"));
    who.scopes       = split_at_spaces(scope);
    who.key_id       = token.kid();
    who.algorithm    = token.algorithm();
    who.issued_at    = *issued;
    who.expires_at   = *expires;
    return who;
}

}  // namespace signet
