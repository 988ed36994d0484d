#include "contract/samples.hpp"

#include <atomic>

namespace signet::contract {

using core::AuditEvent;

Uuid next_uuid()
{
    static std::atomic<std::uint32_t> counter = 0;
    auto const                        number  = ++counter;
    Uuid                              uuid;
    uuid.bytes = {0x01, 0xa0, 0, 0, 0, 0, 0x70, 0, 0x80};
    for (std::size_t i = 0; i < 4; ++i) uuid.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return uuid;
}

core::SessionId next_session_id()
{
    return {next_uuid()};
}

core::Email email(std::string_view text)
{
    return core::Email::parse(text).value();
}

core::User sample_user(std::string_view address)
{
    return {.id          = {next_uuid()},
            .email       = email(address),
            .name        = "Änne \"Ann\" O'Hara",
            .roles       = {"admin", "notes.write"},
            .password    = {"$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"},
            .created_at  = kStart,
            .disabled_at = std::nullopt};
}

core::Session sample_session(core::User const& user, TimePoint at)
{
    return {.id                    = next_session_id(),
            .user                  = user.id,
            .client_id             = "signet",
            .generation            = 0,
            .rotated_at            = std::nullopt,
            .created_at            = at,
            .last_used_at          = at,
            .idle_expires_at       = at + 30min,
            .expires_at            = at + 2h,
            .ended_at              = std::nullopt,
            .end_reason            = std::nullopt,
            .origin                = {.address = {"192.0.2.7"}, .user_agent = "Browser/1.0"},
            .odd_replays           = 0,
            .odd_replay_generation = 0};
}

core::SessionRotation sample_rotation(core::Session const& session, std::uint64_t from_generation, TimePoint at)
{
    return {.id              = session.id,
            .from_generation = from_generation,
            .at              = at,
            .idle_expires_at = at + 30min,
            .origin          = {.address = {"2001:db8::9"}, .user_agent = "Browser/2.0"}};
}

core::SigningKeyRecord sample_key(std::string kid, TimePoint created_at, TimePoint active_from,
                                  core::KeyPurpose purpose)
{
    using namespace std::string_literals;
    return {.kid                = std::move(kid),
            .algorithm          = "ES256",
            .purpose            = std::string{name(purpose)},
            .sealed             = "\0sealed\xff\x01"s,
            .created_at         = created_at,
            .active_from        = active_from,
            .retired_at         = std::nullopt,
            .published_until    = std::nullopt,
            .longest_token_life = {}};
}

core::AuditEntry entry(AuditEvent event, TimePoint at)
{
    return {.at = at, .event = event};
}

core::User add_user(core::UserStore& users, std::string_view address)
{
    auto user = sample_user(address);
    users.add_user(user, entry(AuditEvent::user_added)).value();
    return user;
}

core::Session open_session(core::SessionStore& sessions, core::User const& user, TimePoint at)
{
    auto session = sample_session(user, at);
    sessions.open_session({session, user.password, {}}, entry(AuditEvent::login_succeeded, at)).value();
    return session;
}

std::vector<core::SessionId> sessions_named(core::Revoked const& revoked)
{
    std::vector<core::SessionId> ids;
    for (auto const& entry : revoked)
        if (entry.kind == revocation::Kind::session) ids.push_back(core::SessionId::parse(entry.subject).value());
    return ids;
}

}  // namespace signet::contract
