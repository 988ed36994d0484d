#include "gateway/answers.hpp"

#include "base/json.hpp"
#include "http/errors.hpp"
#include "http/security_headers.hpp"

namespace signet::gateway {
namespace {

http::Response refusal(int status, std::string_view code, std::string_view sentence)
{
    json::Object body;
    body.set("error", code).set("error_description", sentence);
    http::Response response;
    response.status = status;
    response.body   = body.text();
    response.set("Content-Type", "application/json");
    http::add_security_headers(response, {.pages = http::Pages::same});
    return response;
}

// As Signet itself says it.
std::string_view code_of(Refusal const& refusal)
{
    if (refusal.status == 503) return http::find_error(http::Errc::unavailable).code;
    if (refusal.error.empty()) return http::find_error(http::Errc::missing_token).code;
    return refusal.error;
}

}  // namespace

http::Response allow(Identity const& identity)
{
    http::Response response;
    add_identity(response, identity);
    return response;
}

http::Response allow(Identity const& identity, std::string_view authorization)
{
    auto response = allow(identity);
    response.set("Authorization", authorization);
    return response;
}

http::Response refuse_session()
{
    auto response = refusal(401, "invalid_session", "The session is over. Sign in again.");
    response.set("WWW-Authenticate", "Bearer");
    return response;
}

http::Response refuse_foreign_page()
{
    return refusal(403, http::find_error(http::Errc::origin_not_allowed).code,
                   http::find_error(http::Errc::origin_not_allowed).sentence);
}

http::Response refuse_unasked()
{
    auto response = refusal(503, http::find_error(http::Errc::unavailable).code,
                            "Whether the session still lasts is not known now. Try again shortly.");
    response.set("Retry-After", "1");
    return response;
}

http::Response refuse_unclear(std::string_view sentence)
{
    return refusal(403, "unclear_request", sentence);
}

http::Response refuse(Refusal const& why)
{
    auto response = refusal(why.status, code_of(why), why.description);
    if (why.status == 503)
        response.set("Retry-After", std::to_string(why.retry_after.count()));
    else
        response.set("WWW-Authenticate", why.www_authenticate());
    return response;
}

http::Response send_to(std::string_view address)
{
    http::Response response;
    response.status = 302;
    response.set("Location", address);
    http::add_security_headers(response, {.pages = http::Pages::same});
    return response;
}

http::Response not_asked()
{
    return refusal(404, http::find_error(http::Errc::not_found).code, "A proxy asks at /decision.");
}

}  // namespace signet::gateway
