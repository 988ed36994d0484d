#include "http/answers.hpp"

#include <fmt/core.h>

#include "base/log.hpp"
#include "http/errors.hpp"
#include "http/guards.hpp"

namespace signet::http {
namespace {

json::Object user_json(core::UserId id, std::string_view email, std::string_view name,
                       std::span<std::string const> roles)
{
    json::Object object;
    object.set("id", id.text()).set("email", email).set("name", name).set("roles", roles);
    return object;
}

}  // namespace

Response answer(int status, json::Object const& body)
{
    Response response;
    response.status = status;
    response.body   = body.text();
    response.set("Content-Type", "application/json");
    return response;
}

Response no_content()
{
    Response response;
    response.status = 204;
    return response;
}

Response refuse(Call const& call, core::Error const& error)
{
    auto response = refuse(error);
    log::write(response.status >= 500 && error.code != core::Errc::busy ? log::Level::error : log::Level::info,
               "refused", {{"request", call.id}, {"code", core::name(error.code)}, {"why", error.detail}});
    if (error.code == core::Errc::invalid_token) challenge(response, call.api.settings, core::name(error.code));
    return response;
}

json::Object to_json(core::User const& user)
{
    return user_json(user.id, user.email.text(), user.name, user.roles);
}

json::Object to_json(core::Caller const& caller)
{
    return user_json(caller.user, caller.email, caller.name, caller.roles);
}

std::string rfc3339(TimePoint time)
{
    auto const                        day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const       clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

core::Origin find_origin(Request const& request)
{
    constexpr std::size_t kLongestAgent = 400;
    auto const            agent         = request.find_header("User-Agent").value_or("");
    return {.address = request.peer, .user_agent = std::string{agent.substr(0, kLongestAgent)}};
}

}  // namespace signet::http
