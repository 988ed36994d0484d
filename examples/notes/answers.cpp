#include "answers.hpp"

#include <boost/json/serialize.hpp>

namespace notes {
namespace {

std::string_view code_of(int status)
{
    switch (status) {
        case 404:
            return "not_found";
        case 413:
        case 414:
            return "too_large";
        case 500:
            return "internal";
        default:
            return "invalid_request";
    }
}

std::string_view sentence_of(int status)
{
    switch (status) {
        case 404:
            return "There is nothing here.";
        case 413:
            return "The body is larger than this API takes.";
        case 414:
            return "The address is longer than this API takes.";
        case 500:
            return "Something went wrong here.";
        default:
            return "The request is not understood.";
    }
}

}  // namespace

void answer(httplib::Response& response, int status, boost::json::object const& body)
{
    response.status = status;
    response.set_content(boost::json::serialize(body), "application/json");
}

void refuse(httplib::Response& response, int status, std::string_view code, std::string_view description)
{
    answer(response, status, {{"error", code}, {"error_description", description}});
}

void refuse(httplib::Response& response, signet::Refusal const& refusal)
{
    auto const code = refusal.error.empty() ? std::string_view{"missing_token"} : refusal.error;
    refuse(response, refusal.status, code, refusal.description);
    if (auto const challenge = refusal.www_authenticate(); !challenge.empty())
        response.set_header("WWW-Authenticate", challenge);
    if (refusal.retry_after.count() > 0)
        response.set_header("Retry-After", std::to_string(refusal.retry_after.count()));
}

void word_what_is_unsaid(httplib::Server& server)
{
    server.set_error_handler([](auto const&, auto& response) {
        if (response.body.empty())
            refuse(response, response.status, code_of(response.status), sentence_of(response.status));
    });
    server.set_exception_handler(
        [](auto const&, auto& response, auto const&) { refuse(response, 500, code_of(500), sentence_of(500)); });
}

}  // namespace notes
