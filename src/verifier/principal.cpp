#include "verifier/principal.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

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

// Visible ASCII as it stands, and everything else so that it is: no line ends in it, and no quote.
void append_quoted(std::string& line, std::string_view text)
{
    constexpr std::string_view kHex = "0123456789abcdef";
    line += '"';
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte <= '~' && c != '"' && c != '\\')
            line += c;
        else
            line.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 0x0F]);
    }
    line += '"';
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

using Facts = PrincipalAccess::Facts;

jose::Result<std::shared_ptr<Facts const>> read_facts(jose::VerifiedToken const& token, std::string_view key_id)
{
    auto const issued  = token.issued_at();
    auto const expires = token.expires_at();
    if (!issued) return refuse(Errc::missing_claim, "iat");
    if (!expires) return refuse(Errc::missing_claim, "exp");

    auto user_id   = TRY(required_text(token, "sub"));
    auto client_id = TRY(required_text(token, "client_id"));
    // RFC 9068 2.2: where no user is involved, "sub" names the client. Such a token
    // must not pass for a user of that name (CHECKS A36).
    if (user_id == client_id) return refuse(Errc::missing_claim, "sub");
    auto       token_id   = TRY(required_text(token, "jti"));
    auto       session_id = TRY(optional_text(token, "sid"));
    auto       email      = TRY(optional_text(token, "email"));
    auto       name       = TRY(optional_text(token, "name"));
    auto       roles      = TRY(optional_list(token, "roles"));
    auto const scope      = TRY(optional_text(token, "scope"));
    auto const keys       = revocation::TokenKeys::of({.session_id = session_id,
                                                       .token_id   = token_id,
                                                       .user_id    = user_id,
                                                       .client_id  = client_id,
                                                       .key_id     = key_id,
                                                       .issued_at  = *issued});
    return std::make_shared<Facts const>(Facts{.user_id    = std::move(user_id),
                                               .session_id = std::move(session_id),
                                               .email      = std::move(email),
                                               .name       = std::move(name),
                                               .roles      = std::move(roles),
                                               .scopes     = split_at_spaces(scope),
                                               .client_id  = std::move(client_id),
                                               .token_id   = std::move(token_id),
                                               .key_id     = std::string{key_id},
                                               .algorithm  = token.algorithm(),
                                               .issued_at  = *issued,
                                               .expires_at = *expires,
                                               .keys       = keys,
                                               .last_look  = {}});
}

std::string_view Principal::user_id() const
{
    return facts_->user_id;
}
std::string_view Principal::session_id() const
{
    return facts_->session_id;
}
std::string_view Principal::email() const
{
    return facts_->email;
}
std::string_view Principal::name() const
{
    return facts_->name;
}
std::span<std::string const> Principal::roles() const
{
    return facts_->roles;
}
std::span<std::string const> Principal::scopes() const
{
    return facts_->scopes;
}
std::string_view Principal::client_id() const
{
    return facts_->client_id;
}
std::string_view Principal::token_id() const
{
    return facts_->token_id;
}
std::string_view Principal::key_id() const
{
    return facts_->key_id;
}
jose::Algorithm Principal::algorithm() const
{
    return facts_->algorithm;
}
jose::Time Principal::issued_at() const
{
    return facts_->issued_at;
}
jose::Time Principal::expires_at() const
{
    return facts_->expires_at;
}

std::string Principal::to_string() const
{
    std::string line;
    auto const  add = [&line](std::string_view name, std::string_view value) {
        if (value.empty()) return;
        line.append(line.empty() ? "" : " ").append(name).append("=");
        append_quoted(line, value);
    };
    add("user", user_id());
    add("session", session_id());
    add("client", client_id());
    add("token", token_id());
    return line;
}

std::ostream& operator<<(std::ostream& out, Principal const& principal)
{
    return out << principal.to_string();
}

bool Principal::has_role(std::string_view role) const
{
    return std::ranges::find(facts_->roles, role) != facts_->roles.end();
}

bool Principal::has_scope(std::string_view scope) const
{
    return std::ranges::find(facts_->scopes, scope) != facts_->scopes.end();
}

}  // namespace signet
