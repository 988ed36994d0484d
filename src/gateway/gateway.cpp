#include "gateway/gateway.hpp"

#include <array>
#include <string>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "gateway/answers.hpp"
#include "http/errors.hpp"
#include "http/origins.hpp"
#include "http/security_headers.hpp"

namespace signet::gateway {
namespace {

using Counters = std::array<Counter*, static_cast<std::size_t>(kLastOutcome) + 1>;

Counters make_counters(Metrics& metrics)
{
    Counters counters{};
    for (std::size_t i = 0; i < counters.size(); ++i)
        counters.at(i) = &metrics.counter("signet_gateway_decisions_total", "Questions of proxies, by how they ended",
                                          {{"outcome", std::string{name(static_cast<Outcome>(i))}}});
    return counters;
}

http::Response status(std::string_view word, State state)
{
    json::Object body;
    body.set("status", word).set("revocations", name(state));
    http::Response response;
    response.body = body.text();
    response.set("Content-Type", "application/json");
    return response;
}

http::Response readiness(Watched const& watched)
{
    auto const state = watched.verifier.state();
    if (watched.draining) return http::refuse(http::Errc::unavailable, "This gateway is about to stop.");
    if (state == State::starting || !watched.verifier.ready())
        return http::refuse(http::Errc::unavailable, "Keys, or what is revoked, are not known yet.");
    return status(state == State::live ? "ready" : "degraded", state);
}

http::Response metrics_text(Watched const& watched)
{
    http::Response response;
    response.body = watched.metrics.text() + watched.verifier.prometheus();
    response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return response;
}

http::Response answer_operator(Watched const& watched, http::Request const& request)
{
    // A page whose own name has been pointed at 127.0.0.1 asks by that name.
    if (!http::is_called_locally(request))
        return http::refuse(http::Errc::origin_not_allowed, "This listener answers to localhost alone.");
    bool const is_known = request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
    if (!is_known) return http::refuse(http::Errc::not_found);
    if (request.method != http::Method::get && request.method != http::Method::head) {
        auto response = http::refuse(http::Errc::method_not_allowed);
        response.set("Allow", "GET, HEAD");
        return response;
    }
    if (request.path == "/healthz") return status("ok", watched.verifier.state());
    return request.path == "/readyz" ? readiness(watched) : metrics_text(watched);
}

void answer_proxy(Counters const& counters, http::Responder const& respond, Decision decision)
{
    counters.at(static_cast<std::size_t>(decision.outcome))->add();
    log::debug("decision", {{"outcome", name(decision.outcome)}, {"rule", decision.rule}, {"detail", decision.detail}});
    respond(std::move(decision.response));
}

}  // namespace

http::Handler decisions(DecisionNeeds needs, Metrics& metrics)
{
    return [needs, counters = make_counters(metrics)](std::shared_ptr<http::Request const> const& request,
                                                      http::Responder const&                      respond) {
        if (!is_for_decision(needs.proxy, *request)) return respond(not_asked());
        if (!needs.sessions) return answer_proxy(counters, respond, decide(needs, *request));
        decide(needs, request,
               [counters, respond](Decision decision) { answer_proxy(counters, respond, std::move(decision)); });
    };
}

http::Handler operators(Watched watched)
{
    return [watched](std::shared_ptr<http::Request const> const& request, http::Responder const& respond) {
        auto response = answer_operator(watched, *request);
        http::add_security_headers(response, {.pages = http::Pages::local});
        respond(std::move(response));
    };
}

}  // namespace signet::gateway
