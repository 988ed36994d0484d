// core/revocation.hpp - what is not to be accepted any more, before and after it stands in the log.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "revocation/entry.hpp"

namespace signet::core {

// What to write: number and times are the log's to give.
struct Revocation {
    revocation::Kind         kind;
    std::string              subject;                 // revocation::is_subject()
    std::optional<SessionId> session = std::nullopt;  // that it names, or whose token; where it is known

    [[nodiscard]] static Revocation of(SessionId session)
    {
        return {revocation::Kind::session, session.text(), session};
    }
    [[nodiscard]] static Revocation of(UserId user) { return {revocation::Kind::user, user.text()}; }
    [[nodiscard]] static Revocation of_token(std::string jti, SessionId session)
    {
        return {revocation::Kind::token, std::move(jti), session};
    }
    [[nodiscard]] static Revocation of_key(std::string kid) { return {revocation::Kind::key, std::move(kid)}; }
    [[nodiscard]] static Revocation of_everything()
    {
        return {revocation::Kind::everything, std::string{revocation::kAllSubjects}};
    }
};

[[nodiscard]] inline std::vector<Revocation> revocations_of(std::span<SessionId const> sessions)
{
    std::vector<Revocation> all;
    for (auto const session : sessions) all.push_back(Revocation::of(session));
    return all;
}

// What a deed wrote, in order; empty when it revoked nothing.
using Revoked = std::vector<revocation::Entry>;

// The log as it was at one moment, or a part of it.
struct RevocationLog {
    revocation::Position head;
    // The last line that was removed, and the hash there: what follows it is whole. Of those before it, some may stay.
    revocation::Position removed;
    Revoked              entries;  // ascending
};

}  // namespace signet::core
