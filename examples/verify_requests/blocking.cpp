// A server with a thread for each request:  blocking ISSUER CA.pem PORT < credential
//
//     GET /profile     for whoever is signed in
//     POST /transfers  likewise, and only while it is known who signed out
//     GET /metrics     how the verifier stands
#include <httplib.h>

#include <iostream>
#include <string>

#include "signet/verifier.hpp"

namespace {

using httplib::Request;
using httplib::Response;
using signet::WhenStale;

void refuse(Response& response, signet::Refusal const& refusal)
{
    response.status = refusal.status;
    response.set_content(refusal.description + "\n", "text/plain");
    if (auto const challenge = refusal.www_authenticate(); !challenge.empty())
        response.set_header("WWW-Authenticate", challenge);
    if (refusal.retry_after.count() > 0)
        response.set_header("Retry-After", std::to_string(refusal.retry_after.count()));
}

// `handle` runs for verified requests only. Of two Authorization headers, neither is believed.
template <class Handle>
httplib::Server::Handler verified(signet::Verifier const& verifier, WhenStale when_stale, Handle handle)
{
    return [&verifier, when_stale, handle](Request const& request, Response& response) {
        bool const is_one = request.get_header_value_count("Authorization") == 1;
        auto const who    = verifier.verify(is_one ? request.get_header_value("Authorization") : "", when_stale);
        if (!who) return refuse(response, who.error());
        handle(*who, response);
    };
}

}  // namespace

int main(int count, char** words)
{
    std::string credential;
    std::cin >> credential;
    if (count != 4) return 2;
    auto const started = signet::Verifier::start({.issuer         = words[1],
                                                  .audience       = words[1],
                                                  .credential     = credential,
                                                  .ca_file        = words[2],
                                                  .degraded_after = std::chrono::seconds{2},
                                                  .stale_after    = std::chrono::seconds{10},
                                                  .on_state       = [](signet::StateReport const& news) {
                                                      std::cerr << name(news.state) << ' ' << news.problem << std::endl;
                                                  }});
    if (!started) {
        std::cerr << started.error().detail << '\n';
        return 1;
    }
    signet::Verifier const& verifier = **started;

    httplib::Server server;
    server.Get("/profile", verified(verifier, WhenStale::until_expiry, [](auto const& who, Response& response) {
                   response.set_content(std::string{who.user_id()} + "\n", "text/plain");
               }));
    server.Post("/transfers", verified(verifier, WhenStale::fail_closed, [](auto const& who, Response& response) {
                    response.set_content("sent by " + std::string{who.user_id()} + "\n", "text/plain");
                }));
    server.Get("/metrics", [&](Request const&, Response& response) {
        response.set_content(verifier.prometheus(), "text/plain; version=0.0.4");
    });
    return server.listen("127.0.0.1", std::stoi(words[3])) ? 0 : 1;
}
