#include "core/access_token.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/epoch.hpp"
#include "core/keyring.hpp"
#include "core/revocations.hpp"
#include "core/settings.hpp"
#include "core/status_list.hpp"
#include "jose/jwt.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr std::string_view kType             = "at+jwt";  // RFC 9068 2.1
// Of one I/O thread; about 1.5 kB each.
constexpr std::size_t      kTokensRemembered = 4096;
// The claims that a first-party session may see, by their OpenID Connect names.
constexpr std::string_view kScope            = "openid profile email";

// Up to 5 % off, so that the tokens of a rush do not all expire in one second (DESIGN 5).
seconds shortened(seconds lifetime, Random& random)
{
    std::array<std::uint8_t, 4> bytes{};
    random.fill(bytes);
    std::uint64_t fraction = 0;  // of 2^32
    for (auto const byte : bytes) fraction = fraction << 8 | byte;
    auto const most = static_cast<std::uint64_t>(lifetime.count()) / 20;
    return lifetime - seconds{static_cast<seconds::rep>((most + 1) * fraction >> 32)};
}

jose::Policy make_policy(TokenSettings const& settings)
{
    // Each key knows its own algorithm; all of one kind are named so that a change of algorithm signs nobody out.
    auto const                   all = jose::all_algorithms();
    std::vector<jose::Algorithm> algorithms(all.begin(), all.end());
    std::erase_if(algorithms, [&](auto a) { return jose::is_symmetric(a) != jose::is_symmetric(settings.algorithm); });

    auto policy = jose::Policy::create({.issuer     = settings.issuer,
                                        .audience   = settings.audience,
                                        .type       = std::string{kType},
                                        .algorithms = algorithms});
    if (!policy) throw std::invalid_argument("token settings: " + policy.error().detail);
    return *std::move(policy);
}

std::unexpected<Error> refused_as(std::string_view why)
{
    return refused(Errc::invalid_token, std::string{why});
}

std::string_view reason_of(revocation::Kind revoked)
{
    switch (revoked) {
        case revocation::Kind::session:
            return "session_ended";
        case revocation::Kind::token:
            return "token_revoked";
        case revocation::Kind::user:
            return "user_revoked";
        case revocation::Kind::client:
            return "client_revoked";
        case revocation::Kind::key:
            return "key_revoked";
        case revocation::Kind::everything:
            return "everything_revoked";
    }
    return "revoked";
}

}  // namespace

Result<AccessToken> issue_access_token(Ports const& ports, Session const& session, User const& user, TimePoint now)
{
    auto const keys = ports.keyring.current();
    if (!keys) return refused(Errc::unavailable, "no signing key");

    auto const& settings  = ports.settings.tokens;
    // Verifiers take the time of a token from "jti", within the second that "iat" names. Where a clock was set back
    // that second may be far ahead, and who looks at "iat" would refuse it: this server alone looks at "jti" alone.
    auto const  time      = ports.revocations.find_issue_time(user.id, session.client_id, now);
    auto const  issued_at = std::chrono::floor<seconds>(time < now + 1s ? time : now);
    // No token outlives its session: what is over by itself cannot be signed out, and needs not to be.
    auto const  over      = std::min(session.expires_at, session.idle_expires_at);
    auto const  left      = std::chrono::floor<seconds>(over - issued_at);
    auto const  life      = std::clamp(left, seconds{1}, shortened(settings.access_lifetime, ports.random));

    jose::Claims claims;
    claims.issuer(settings.issuer)
        .subject(user.id.text())
        .audience(settings.audience)
        .expires_at(issued_at + life)
        .issued_at(issued_at)
        .token_id(Uuid::make(time, ports.random).text())  // carries the milliseconds that iat lacks
        .set("sid", session.id.text())
        .set("client_id", session.client_id)
        .set("email", user.email.text())
        .set("roles", user.roles)
        .set("scope", kScope)
        .set("auth_time", unix_seconds(session.created_at))
        .set_json("amr", R"(["pwd"])");  // RFC 8176
    if (!user.name.empty()) claims.set("name", user.name);
    if (settings.status_list && session.status_index)
        claims.set_json("status", status_claim(settings.issuer, *session.status_index));

    auto text = jose::sign(claims, *keys->signing, kType);
    if (!text) return refused(Errc::unavailable, "signing: " + text.error().detail);
    return AccessToken{.text = *std::move(text), .expires_in = life};
}

Authenticator::Authenticator(Ports const& ports)
    : ports_(ports), policy_(make_policy(ports.settings.tokens)), seen_(kTokensRemembered)
{
}

Result<Authenticator::Known> Authenticator::verify(std::string_view access_token, Keys const& keys, TimePoint now) const
{
    auto const token = jose::verify(access_token, keys.published, policy_, now);
    if (!token && token.error().code == jose::Errc::out_of_memory) return refused(Errc::unavailable, "out_of_memory");
    if (!token) return refused_as(jose::name(token.error().code));

    // Signed by us, so these are there unless the key signs for somebody else too.
    auto const user    = UserId::parse(token->subject());
    auto const session = SessionId::parse(token->find_string("sid").value_or(""));
    auto const email   = token->find_string("email");
    auto       roles   = token->find_strings("roles");
    auto const expiry  = token->expires_at();
    auto const id      = Uuid::parse(token->token_id());
    if (!user || !session || !email || !roles || !expiry || !id) return refused_as("missing_claim");
    if (is_void(id->time(), ports_.epoch_began, now)) return refused_as("older_than_the_epoch");

    auto seen    = std::make_shared<Seen>();
    seen->caller = {.user       = *user,
                    .session    = *session,
                    .email      = std::string{*email},
                    .name       = std::string{token->find_string("name").value_or("")},
                    .roles      = *std::move(roles),
                    .token_id   = std::string{token->token_id()},
                    .expires_at = *expiry};
    seen->keys   = revocation::TokenKeys::of({.session_id = *token->find_string("sid"),
                                              .token_id   = token->token_id(),
                                              .user_id    = token->subject(),
                                              .client_id  = token->find_string("client_id").value_or(""),
                                              .key_id     = token->kid(),
                                              .issued_at  = id->time()});
    return seen;
}

Result<void> Authenticator::check_revocations(Seen const& token) const
{
    auto const version = ports_.revocations.version();
    if (token.passed.load(std::memory_order_relaxed) == version) return {};
    if (auto const why = ports_.revocations.find(token.keys)) return refused_as(reason_of(*why));
    token.passed.store(version, std::memory_order_relaxed);
    return {};
}

Result<Caller> Authenticator::authenticate(std::string_view access_token) const
{
    auto const keys = ports_.keyring.current();
    if (!keys) return refused(Errc::unavailable, "no signing key");

    auto const now   = ports_.clock.now();
    auto       known = seen_.find(access_token, keys->generation, now);
    if (!known) {
        auto fresh = TRY(verify(access_token, *keys, now));
        seen_.keep(access_token,
                   {.keys = keys->generation, .verified_at = now, .usable_until = fresh->caller.expires_at}, fresh);
        known = std::move(fresh);
    }
    TRY(check_revocations(*known));
    return known->caller;
}

}  // namespace signet::core
