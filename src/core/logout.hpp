// core/logout.hpp - the end of sessions, one or all.
//
// Each gives what it revoked: this server refuses by it already, and whoever waits until others do needs its place in
// the log.
#pragma once
#include <string_view>
#include <vector>

#include "core/access_token.hpp"
#include "core/ports.hpp"

namespace signet::core {

// Ends the session a refresh token of any generation names. A token that is forged or whose session is over is
// no error: the person is signed out either way.
[[nodiscard]] Result<Revoked> logout(Ports const& ports, std::string_view refresh_token, Origin const& origin);

// Likewise the session that a session cookie names.
[[nodiscard]] Result<Revoked> logout_by_cookie(Ports const& ports, std::string_view session_cookie,
                                               Origin const& origin);

// Ends the caller's own session.
[[nodiscard]] Result<Revoked> logout(Ports const& ports, Caller const& caller, Origin const& origin);

// Ends every session of the caller.
[[nodiscard]] Result<Revoked> logout_everywhere(Ports const& ports, Caller const& caller, Origin const& origin);

// Revokes the one token that the caller has shown; its session goes on (RFC 7009 2.1), unless it was one of too many:
// NamedTokens.
[[nodiscard]] Result<Revoked> revoke_token(Ports const& ports, Caller const& caller, Origin const& origin);

// The caller's live sessions, latest used first.
[[nodiscard]] Result<std::vector<Session>> list_sessions(Ports const& ports, Caller const& caller);

// Ends one of the caller's sessions. Errc::not_found for another user's as for none.
[[nodiscard]] Result<Revoked> end_session(Ports const& ports, Caller const& caller, SessionId session,
                                          Origin const& origin);

}  // namespace signet::core
