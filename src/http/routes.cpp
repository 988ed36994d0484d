#include "http/routes.hpp"

#include <array>

#include "http/endpoints.hpp"

namespace signet::http {
namespace {

using enum Method;
using enum Work;
using enum Access;

// clang-format off
constexpr auto kRoutes = std::to_array<Route>({
    // method  path                                       work      access  pages           body        endpoint              members
    // Signing in and staying so
    {post,     "/api/v1/signup",                          hashing,  open,   Pages::allowed, Body::json, signup,               kSignupMembers},
    {post,     "/api/v1/login",                           hashing,  open,   Pages::allowed, Body::json, login,                kLoginMembers},
    {post,     "/api/v1/refresh",                         storage,  open,   Pages::allowed, Body::json, refresh,              kRefreshMembers},
    {post,     "/api/v1/logout",                          storage,  open,   Pages::allowed, Body::json, logout,               kRefreshMembers},
    {post,     "/api/v1/logout-all",                      storage,  bearer, Pages::allowed, Body::none, logout_all},
    {post,     "/api/v1/session-token",                   storage,  verifier, Pages::allowed, Body::json, session_token,      kSessionTokenMembers},
    // The account
    {get,      "/api/v1/me",                              inline_,  bearer, Pages::allowed, Body::none, me},
    {get,      "/api/v1/sessions",                        storage,  bearer, Pages::allowed, Body::none, list_sessions},
    {delete_,  "/api/v1/sessions/{id}",                   storage,  bearer, Pages::allowed, Body::none, end_session},
    {post,     "/api/v1/password",                        hashing,  bearer, Pages::allowed, Body::json, change_password,      kPasswordMembers},
    // What is revoked, for those who verify tokens on their own
    {get,      "/revocations",                            storage,  verifier, Pages::allowed, Body::none, revocation_snapshot},
    {get,      "/revocations/stream",                     inline_,  verifier, Pages::allowed, Body::none, revocation_stream},
    {post,     "/revocations/ack",                        inline_,  verifier, Pages::allowed, Body::json, acknowledge_revocations, kAckMembers},
    {get,      "/revocations/keys",                       inline_,  open,   Pages::any,     Body::none, revocation_keys},
    // The same by the standards, for those who ask now and then, or each time
    {get,      "/status-lists/{id}",                      storage,  open,   Pages::any,     Body::none, status_list},
    {post,     "/introspect",                             inline_,  verifier, Pages::allowed, Body::form, introspect,         kTokenMembers},
    {post,     "/revoke",                                 storage,  open,   Pages::allowed, Body::form, revoke,               kTokenMembers},
    // For those who are told of security events
    {get,      "/.well-known/ssf-configuration",          inline_,  open,   Pages::any,     Body::none, ssf_configuration},
    {get,      "/ssf/jwks.json",                          inline_,  open,   Pages::any,     Body::none, security_event_keys},
    // Open to everyone
    {get,      "/.well-known/jwks.json",                  inline_,  open,   Pages::any,     Body::none, jwks},
    {get,      "/.well-known/openid-configuration",       inline_,  open,   Pages::any,     Body::none, openid_configuration},
    {get,      "/.well-known/oauth-authorization-server", inline_,  open,   Pages::any,     Body::none, authorization_server},
    {get,      "/openapi.json",                           inline_,  open,   Pages::any,     Body::none, openapi},
    {get,      "/healthz",                                inline_,  open,   Pages::any,     Body::none, healthz},
    {get,      "/readyz",                                 probe,    open,   Pages::any,     Body::none, readyz},
    // The hosted pages
    {get,      "/",                                       inline_,  open,   Pages::same,    Body::none, home_page},
    {get,      "/login",                                  inline_,  open,   Pages::same,    Body::none, login_page},
    {post,     "/login",                                  hashing,  open,   Pages::same,    Body::form, login_form,           kLoginFormMembers},
    {get,      "/signup",                                 inline_,  open,   Pages::same,    Body::none, signup_page},
    {post,     "/signup",                                 hashing,  open,   Pages::same,    Body::form, signup_form,          kSignupFormMembers},
    {get,      "/account",                                inline_,  open,   Pages::same,    Body::none, account_page},
    {get,      "/assets/{name}",                          inline_,  open,   Pages::same,    Body::none, asset},
});

constexpr auto kAdminRoutes = std::to_array<Route>({
    {get,      "/metrics",                                inline_,  open,   Pages::local,   Body::none, metrics},
    {get,      "/healthz",                                inline_,  open,   Pages::local,   Body::none, healthz},
    {get,      "/readyz",                                 probe,    open,   Pages::local,   Body::none, readyz},
});
// clang-format on

}  // namespace

std::span<Route const> routes()
{
    return kRoutes;
}

std::span<Route const> admin_routes()
{
    return kAdminRoutes;
}

}  // namespace signet::http
