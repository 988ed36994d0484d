#include "core/security_event.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <span>

#include "base/json.hpp"
#include "core/keyring.hpp"
#include "jose/base64url.hpp"
#include "jose/jwt.hpp"

namespace signet::core {
namespace {

constexpr std::string_view kEventUri     = "https://schemas.openid.net/secevent/caep/event-type/";
constexpr std::size_t      kTokenIdBytes = 16;

// RFC 9493 3.2.3
json::Object name_user(PendingEvent const& event, EventParties const& parties)
{
    json::Object user;
    user.set("format", "iss_sub").set("iss", parties.issuer).set("sub", event.event.user.text());
    return user;
}

// SSF 1.0 3.2, 3.3: a session is a member of a complex subject, beside whose it is. Without one, all of the user's are
// meant.
json::Object name_subject(PendingEvent const& event, EventParties const& parties)
{
    if (event.event.type == SecurityEventType::credential_change) return name_user(event, parties);
    json::Object subject;
    subject.set("format", "complex").set("user", name_user(event, parties));
    if (event.event.session) {
        json::Object session;
        session.set("format", "opaque").set("id", event.event.session->text());
        subject.set("session", session);
    }
    return subject;
}

json::Object tell(SecurityEvent const& event)
{
    json::Object told;
    // CAEP 3.3.1
    if (event.type == SecurityEventType::credential_change)
        told.set("credential_type", "password").set("change_type", "update");
    auto words = event.reason;
    std::ranges::replace(words, '_', ' ');
    json::Object reason;
    reason.set("en", words);
    told.set("initiating_entity", name(event.by))
        .set("reason_admin", reason)
        .set("event_timestamp", unix_seconds(event.at));
    return told;
}

}  // namespace

std::string_view name(SecurityEventType type)
{
    switch (type) {
        case SecurityEventType::session_revoked:
            return "session-revoked";
        case SecurityEventType::credential_change:
            return "credential-change";
    }
    return "unknown";
}

std::optional<SecurityEventType> find_security_event_type(std::string_view text)
{
    for (auto const type : kSecurityEventTypes)
        if (name(type) == text) return type;
    return std::nullopt;
}

std::string_view name(Initiator initiator)
{
    switch (initiator) {
        case Initiator::user:
            return "user";
        case Initiator::admin:
            return "admin";
        case Initiator::policy:
            return "policy";
    }
    return "unknown";
}

std::optional<Initiator> find_initiator(std::string_view text)
{
    for (auto const initiator : {Initiator::user, Initiator::admin, Initiator::policy})
        if (name(initiator) == text) return initiator;
    return std::nullopt;
}

Initiator initiator_of(EndReason reason)
{
    switch (reason) {
        case EndReason::signed_out:
        case EndReason::signed_out_everywhere:
        case EndReason::ended_by_owner:
        case EndReason::password_changed:
            return Initiator::user;
        case EndReason::ended_by_operator:
        case EndReason::account_disabled:
        case EndReason::new_epoch:
            return Initiator::admin;
        case EndReason::refresh_reuse:
        case EndReason::replays_elsewhere:
        case EndReason::too_many:
            return Initiator::policy;
    }
    return Initiator::policy;
}

SecurityEvent changed_password(UserId user, Initiator by, TimePoint at)
{
    return {.type    = SecurityEventType::credential_change,
            .user    = user,
            .session = std::nullopt,
            .by      = by,
            .reason  = by == Initiator::user ? "password_changed" : "password_set_by_operator",
            .at      = at};
}

SecurityEvent disabled_account(UserId user, TimePoint at)
{
    auto const reason = EndReason::account_disabled;
    return {.type    = SecurityEventType::session_revoked,
            .user    = user,
            .session = std::nullopt,
            .by      = initiator_of(reason),
            .reason  = std::string{name(reason)},
            .at      = at};
}

// NB: made of what the event is, and not of its number alone: a database that was restored from a backup counts from
// there again, and what is told then is something else.
std::string event_token_id(PendingEvent const& event, EventParties const& parties)
{
    auto const& [type, user, session, by, reason, at] = event.event;
    std::string text;
    for (auto const& part : {std::string{parties.issuer}, std::string{parties.audience}, std::to_string(event.number),
                             std::string{name(type)}, user.text(), session ? session->text() : std::string{}, reason,
                             std::to_string(unix_milliseconds(at))})
        text.append(part).append("\n");
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data());
    return jose::base64url::encode(std::span{digest}.first(kTokenIdBytes));
}

Result<std::string> sign_security_event(PendingEvent const& event, EventParties const& parties, Keyring const& keys)
{
    auto const current = keys.current();
    if (!current) return refused(Errc::unavailable, "there is no key that signs security events");

    json::Object events;
    events.set(std::string{kEventUri}.append(name(event.event.type)), tell(event.event));
    // SSF 1.0 4.1: neither "sub" nor "exp".
    jose::Claims claims;
    claims.issuer(parties.issuer)
        .audience(parties.audience)
        .issued_at(event.event.at)
        .token_id(event_token_id(event, parties))
        .set_json("sub_id", name_subject(event, parties).text())
        .set_json("events", events.text());
    auto text = jose::sign(claims, *current->signing, kSecurityEventMediaType);
    if (!text)
        return refused(Errc::unavailable, "signing a security event: " + std::string{jose::name(text.error().code)});
    return *std::move(text);
}

}  // namespace signet::core
