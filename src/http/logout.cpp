#include "core/logout.hpp"

#include <algorithm>

#include "http/answers.hpp"
#include "http/endpoints.hpp"
#include "http/guards.hpp"
#include "http/token_answer.hpp"

namespace signet::http {
namespace {

Response end_by_token(Call const& call, std::string_view refresh_token)
{
    auto const ended = core::logout(call.api.ports, refresh_token, find_origin(call.request));
    return ended ? no_content(*ended) : refuse(call, ended.error());
}

Response end_by_cookie(Call const& call, std::string_view session_cookie)
{
    auto const ended = core::logout_by_cookie(call.api.ports, session_cookie, find_origin(call.request));
    return ended ? no_content(*ended) : refuse(call, ended.error());
}

Response end_by_caller(Call const& call, core::Caller const& caller)
{
    auto const ended = core::logout(call.api.ports, caller, find_origin(call.request));
    return ended ? no_content(*ended) : refuse(call, ended.error());
}

}  // namespace

// POST /api/v1/logout: whatever it brings, refresh token, one of the cookies, or both with a bearer token, that session
// is over. A refresh token that is over already is no error: the person is signed out either way.
Response logout(Call const& call)
{
    // Whoever names a session by its token does not speak for the browser's cookie.
    if (auto const token = call.fields.find("refresh_token")) return end_by_token(call, *token);

    auto const refresh = find_refresh_cookie(call);
    auto const session = find_session_cookie(call);
    auto const caller  = authenticate(call.request, call.api);
    // A cookie that no page vouches for is left alone when the bearer token says enough; an expired access token keeps
    // nobody from signing out by the cookie.
    if (!refresh && !caller) return refresh.error();
    if (!session && !caller) return session.error();
    // A server that cannot tell has not signed anybody out.
    if (!caller && caller.error().status >= 500) return caller.error();
    bool const has_refresh = refresh && *refresh;
    bool const has_session = session && *session;
    // A page cannot see whether its cookie is still there: another tab may have signed out first.
    bool const had_cookie  = is_from_browser(call.request) && !has_bearer(call.request);
    if (!has_refresh && !has_session && !caller && !had_cookie) return caller.error();

    auto       response = no_content();
    auto const also     = [&response](Response other) {
        other.revoked_to = std::max(other.revoked_to, response.revoked_to);
        response         = std::move(other);
    };
    if (has_refresh) also(end_by_token(call, **refresh));
    if (has_session && response.status == 204) also(end_by_cookie(call, **session));
    if (caller && response.status == 204) also(end_by_caller(call, *caller));
    if (response.status == 204) forget_session(response, call);
    return response;
}

// POST /api/v1/logout-all
Response logout_all(Call const& call)
{
    auto const ended = core::logout_everywhere(call.api.ports, *call.caller, find_origin(call.request));
    if (!ended) return refuse(call, ended.error());
    auto response = no_content(*ended);
    forget_session(response, call);
    return response;
}

}  // namespace signet::http
