// core/logout.hpp - the end of sessions, one or all.
//
// This server refuses by what they revoke when they return. Whoever waits until others do needs the place in the log:
// of a session that was over already too, for who ended it may not have been answered yet.
#pragma once
#include <string_view>
#include <vector>

#include "core/access_token.hpp"
#include "core/ports.hpp"

namespace signet::core {

// Ends the session a refresh token of any generation names; gives the sequence of the log by which it is revoked. A
// token that is forged, 0, or whose session is over is no error: the person is signed out either way.
[[nodiscard]] Result<revocation::Sequence> logout(Ports const& ports, std::string_view refresh_token,
                                                  Origin const& origin);

// Likewise the session that a session cookie names.
[[nodiscard]] Result<revocation::Sequence> logout_by_cookie(Ports const& ports, std::string_view session_cookie,
                                                            Origin const& origin);

// Likewise the caller's own session.
[[nodiscard]] Result<revocation::Sequence> logout(Ports const& ports, Caller const& caller, Origin const& origin);

// Ends every session of the caller; gives what that revoked.
[[nodiscard]] Result<Revoked> logout_everywhere(Ports const& ports, Caller const& caller, Origin const& origin);

// Revokes the one token that the caller has shown; its session goes on (RFC 7009 2.1), unless it was one of too many:
// NamedTokens. Gives the sequence too.
[[nodiscard]] Result<revocation::Sequence> revoke_token(Ports const& ports, Caller const& caller, Origin const& origin);

// The caller's live sessions, latest used first.
[[nodiscard]] Result<std::vector<Session>> list_sessions(Ports const& ports, Caller const& caller);

// Likewise one of the caller's sessions. Errc::not_found for another user's as for none.
[[nodiscard]] Result<Revoked> end_session(Ports const& ports, Caller const& caller, SessionId session,
                                          Origin const& origin);

}  // namespace signet::core
