// http/token_answer.hpp - how a session travels to a client and back: in the answer, or in a cookie.
#pragma once
#include <expected>
#include <optional>
#include <string_view>

#include "core/login.hpp"
#include "http/routes.hpp"

namespace signet::http {

// How the session travels.
enum class Delivery {
    cookie,   // in a cookie that scripts cannot read, beside an access token
    body,     // a refresh token in the answer, for what is no browser
    session,  // in a cookie alone: no token of any kind is in the answer
};

// What the client asks for, else for a browser what [sessions] mode says, and the answer for anything else.
// Errc::invalid_request.
[[nodiscard]] std::expected<Delivery, Response> find_delivery(Call const& call);

// What it then holds. With [sessions] mode = "session" a browser holds the session cookie also where its page has an
// access token, as the hosted pages have.
[[nodiscard]] core::Keeping keeping_of(Call const& call, Delivery delivery);

// The token answer of DESIGN 4; with Delivery::session who has signed in alone. Where core gives no refresh token the
// client keeps the one it has, and neither body nor cookie says anything about it: a late answer cannot put an old
// token back over a newer one.
[[nodiscard]] Response token_answer(Call const& call, core::SessionGrant const& grant, Delivery delivery);

// Set-Cookie for what the grant holds: refresh token or session, device. Of the first two the browser keeps one.
void keep_session(Response& response, Call const& call, core::SessionGrant const& grant);

// Lets the browser be known as a device that signed in before.
void keep_device(Response& response, std::string const& device_token);

// For a sign-in that succeeded and keeps its session in a cookie: ends the sessions of the cookies that came with the
// request and are about to be overwritten, since nobody would hold it any more (CHECKS B57). That this fails is logged
// and no reason to refuse the sign-in.
void end_overwritten_session(Call const& call);

// Ends the refresh cookie, and the session's if it came, and clears what pages of this origin stored. The device cookie
// stays: it opens nothing and keeps strangers' guesses from locking the owner out of the next sign-in (CHECKS C9).
// "cache" is not cleared: nothing with session data is ever stored there (no-store), and browsers take seconds to look
// (CHECKS D20).
void forget_session(Response& response, Call const& call);

// The refresh token, or the session, in its cookie; nullopt without one. Errc::origin_not_allowed when no page vouches
// for the request: a cookie alone does not show that its owner meant it (CHECKS D4).
using FoundCookie = std::expected<std::optional<std::string_view>, Response>;
[[nodiscard]] FoundCookie find_refresh_cookie(Call const& call);
[[nodiscard]] FoundCookie find_session_cookie(Call const& call);

}  // namespace signet::http
