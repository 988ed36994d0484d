// http/endpoints.hpp - every endpoint, one file each, and the members its body may have.
#pragma once
#include "http/routes.hpp"

namespace signet::http {

// login.cpp
inline constexpr Member kLoginMembers[] = {
    {"email", Need::required}, {"password", Need::required}, {"delivery", Need::optional}};
Response                login(Call const& call);
// signup.cpp
inline constexpr Member kSignupMembers[] = {
    {"email", Need::required}, {"password", Need::required}, {"name", Need::optional}};
Response                signup(Call const& call);
// refresh.cpp, logout.cpp
inline constexpr Member kRefreshMembers[] = {{"refresh_token", Need::optional}};
Response                refresh(Call const& call);
Response                logout(Call const& call);
Response                logout_all(Call const& call);
// session_token.cpp
inline constexpr Member kSessionTokenMembers[] = {{"session", Need::required}};
Response                session_token(Call const& call);
// me.cpp, sessions.cpp
Response                me(Call const& call);
Response                list_sessions(Call const& call);
Response                end_session(Call const& call);
// password.cpp
inline constexpr Member kPasswordMembers[] = {{"current_password", Need::required}, {"new_password", Need::required}};
Response                change_password(Call const& call);
// jwks.cpp, discovery.cpp, openapi.cpp
Response                jwks(Call const& call);
Response                openid_configuration(Call const& call);
Response                authorization_server(Call const& call);
Response                openapi(Call const& call);
// revocations.cpp
inline constexpr Member kAckMembers[] = {{"stream", Need::required}, {"seq", Need::required, Form::integer}};
Response                revocation_keys(Call const& call);
Response                revocation_snapshot(Call const& call);
Response                revocation_stream(Call const& call);
Response                acknowledge_revocations(Call const& call);
// security_events.cpp
Response                ssf_configuration(Call const& call);
Response                security_event_keys(Call const& call);
// status_lists.cpp
Response                status_list(Call const& call);
// introspection.cpp, token_revocation.cpp
inline constexpr Member kTokenMembers[] = {{"token", Need::required}, {"token_type_hint", Need::optional}};
Response                introspect(Call const& call);
Response                revoke(Call const& call);
// health.cpp, metrics.cpp
Response                healthz(Call const& call);
Response                readyz(Call const& call);
Response                metrics(Call const& call);
// pages.cpp
Response                home_page(Call const& call);
Response                login_page(Call const& call);
Response                signup_page(Call const& call);
Response                account_page(Call const& call);
Response                asset(Call const& call);
// forms.cpp: the same pages without scripts
inline constexpr Member kLoginFormMembers[] = {
    {"email", Need::required}, {"password", Need::required}, {"return_to", Need::optional}};
Response                login_form(Call const& call);
inline constexpr Member kSignupFormMembers[] = {
    {"email", Need::required}, {"password", Need::required}, {"name", Need::optional}, {"return_to", Need::optional}};
Response signup_form(Call const& call);

}  // namespace signet::http
