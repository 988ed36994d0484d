#include "http/answers.hpp"

#include "base/log.hpp"
#include "http/errors.hpp"
#include "http/guards.hpp"

namespace signet::http {
namespace {

// What anyone can have as often as they like, at no cost of theirs, must not fill the log. It is counted in the
// metrics, and where it concerns a session it is in the audit log.
bool is_free(core::Errc code)
{
    using enum core::Errc;
    switch (code) {
        case slow_down:
        case busy:
        case invalid_grant:
        case invalid_email:
        case invalid_name:
        case password_too_short:
        case password_too_long:
        case password_too_common:
        case password_is_personal:
            return true;
        default:
            return false;
    }
}

log::Level level_of(core::Errc code, int status)
{
    if (is_free(code)) return log::Level::debug;
    return status >= 500 ? log::Level::error : log::Level::info;
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

Response no_content(revocation::Sequence revoked_to)
{
    auto response       = no_content();
    response.revoked_to = revoked_to;
    return response;
}

Response no_content(core::Revoked const& revoked)
{
    return no_content(revoked.empty() ? 0 : revoked.back().sequence);
}

Response refuse(Call const& call, core::Error const& error)
{
    auto response = refuse(error);
    log::write(level_of(error.code, response.status), "refused",
               {{"request", call.id}, {"code", core::name(error.code)}, {"why", error.detail}});
    if (error.code == core::Errc::invalid_token) challenge(response, call.api.settings, core::name(error.code));
    return response;
}

json::Object to_json(core::User const& user)
{
    json::Object object;
    object.set("id", user.id.text()).set("email", user.email.text()).set("name", user.name).set("roles", user.roles);
    return object;
}

std::string rfc3339(TimePoint time)
{
    auto const                        day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const       clock{time - day};

    std::string text = "0000-00-00T00:00:00.000Z";
    auto const  put  = [&text](std::size_t last, auto number) {
        for (; number != 0; number /= 10) text[last--] = static_cast<char>('0' + number % 10);
    };
    put(3, static_cast<int>(date.year()));
    put(6, static_cast<unsigned>(date.month()));
    put(9, static_cast<unsigned>(date.day()));
    put(12, clock.hours().count());
    put(15, clock.minutes().count());
    put(18, clock.seconds().count());
    put(22, clock.subseconds().count());
    return text;
}

core::Origin find_origin(Request const& request)
{
    constexpr std::size_t kLongestAgent = 400;
    auto const            agent         = request.find_header("User-Agent").value_or("");
    return {.address = request.peer, .user_agent = std::string{agent.substr(0, kLongestAgent)}};
}

}  // namespace signet::http
