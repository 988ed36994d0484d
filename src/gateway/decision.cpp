#include "gateway/decision.hpp"

#include <optional>
#include <utility>

#include "gateway/answers.hpp"
#include "gateway/sign_in.hpp"

namespace signet::gateway {
namespace {

Identity identity_of(Principal const& who)
{
    return {.user      = who.user_id(),
            .session   = who.session_id(),
            .email     = who.email(),
            .name      = who.name(),
            .roles     = who.roles(),
            .scopes    = who.scopes(),
            .client_id = who.client_id()};
}

Outcome outcome_of(Refusal const& refusal)
{
    if (refusal.status == 503) return Outcome::unavailable;
    if (refusal.error.empty()) return Outcome::not_signed_in;
    return refusal.revoked ? Outcome::revoked : Outcome::invalid_token;
}

// Why, for the log: a cause where there is one.
std::string detail_of(Refusal const& refusal)
{
    if (refusal.revoked) return std::string{name(*refusal.revoked)};
    return refusal.error == "invalid_token" ? std::string{jose::name(refusal.cause)} : refusal.description;
}

// A person who opens a page is sent to sign in, whether there is no token or one that holds no more. nginx hands on no
// other answer than 401, so that it is told the address beside it.
Decision turn_away(DecisionNeeds const& needs, Asked const& asked, http::Request const& request, Refusal const& why)
{
    auto const outcome = outcome_of(why);
    Decision   no{.outcome = outcome, .response = refuse(why), .detail = detail_of(why)};
    if (outcome == Outcome::unavailable || needs.sign_in_url.empty() || !is_navigation(asked, request)) return no;
    auto const address = sign_in_address(needs.sign_in_url, asked, request);
    if (needs.proxy == Proxy::nginx)
        no.response.set(kSignInHeader, address);
    else
        no.response = send_to(address);
    return no;
}

Decision judge(DecisionNeeds const& needs, Rule const& rule, Asked const& asked, http::Request const& request)
{
    // CHECKS B45: of two tokens, one may be the attacker's. Which of them the service reads is not ours to say.
    if (request.count_headers("Authorization") > 1)
        return {.outcome  = Outcome::unclear,
                .response = refuse_unclear("There is more than one Authorization header.")};
    auto const who = needs.verifier.verify(request.find_header("Authorization").value_or(""), rule.when_stale);
    if (!who && rule.access == Access::open) return {.outcome = Outcome::open, .response = allow({})};
    if (!who) return turn_away(needs, asked, request, who.error());

    if (auto const lacking = find_lacking(rule, who->roles(), who->scopes()))
        return {.outcome = Outcome::forbidden, .response = refuse(insufficient_scope(*lacking)), .detail = *lacking};
    return {.outcome = Outcome::allowed, .response = allow(identity_of(*who))};
}

}  // namespace

std::string_view name(Outcome outcome)
{
    switch (outcome) {
        case Outcome::allowed:
            return "allowed";
        case Outcome::open:
            return "open";
        case Outcome::not_signed_in:
            return "not_signed_in";
        case Outcome::invalid_token:
            return "invalid_token";
        case Outcome::revoked:
            return "revoked";
        case Outcome::forbidden:
            return "forbidden";
        case Outcome::unclear:
            return "unclear";
        case Outcome::unavailable:
            return "unavailable";
    }
    return "unknown";
}

Decision decide(DecisionNeeds const& needs, http::Request const& request)
{
    auto const asked = read_asked(needs.proxy, request);
    if (!asked)
        return {.outcome  = Outcome::unclear,
                .response = refuse_unclear(asked.error().sentence),
                .detail   = asked.error().sentence};
    auto const& rule     = needs.rules.find(asked->method, asked->path);
    auto        decision = judge(needs, rule, *asked, request);
    decision.rule        = rule.path;
    return decision;
}

}  // namespace signet::gateway
