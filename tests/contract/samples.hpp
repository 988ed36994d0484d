// contract/samples.hpp - users, sessions, and keys to put into a store.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "core/ports.hpp"

namespace signet::contract {

using namespace std::chrono_literals;

// The moment at which every sample begins.
inline constexpr auto kStart = from_unix_milliseconds(1'800'000'000'123);

// Different at each call, rising.
[[nodiscard]] Uuid            next_uuid();
[[nodiscard]] core::SessionId next_session_id();

[[nodiscard]] core::Email            email(std::string_view text);
[[nodiscard]] core::User             sample_user(std::string_view address);
[[nodiscard]] core::Session          sample_session(core::User const& user, TimePoint at = kStart);
[[nodiscard]] core::SessionRotation  sample_rotation(core::Session const& session, std::uint64_t from_generation,
                                                     TimePoint at);
[[nodiscard]] core::SigningKeyRecord sample_key(std::string kid, TimePoint created_at, TimePoint active_from,
                                                core::KeyPurpose purpose = core::KeyPurpose::access_token);
[[nodiscard]] core::AuditEntry       entry(core::AuditEvent event, TimePoint at = kStart);

// Ones that must succeed: the test ends where they do not.
core::User    add_user(core::UserStore& users, std::string_view address);
core::Session open_session(core::SessionStore& sessions, core::User const& user, TimePoint at = kStart);

// The sessions that entries name, in order.
[[nodiscard]] std::vector<core::SessionId> sessions_named(core::Revoked const& revoked);

}  // namespace signet::contract
