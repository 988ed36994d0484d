#include "gateway/decision.hpp"

#include <optional>
#include <utility>

#include "gateway/answers.hpp"
#include "gateway/own_page.hpp"
#include "gateway/session_tokens.hpp"
#include "gateway/sign_in.hpp"
#include "http/cookies.hpp"
#include "http/header_value.hpp"

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
Decision turn_away(DecisionNeeds const& needs, Asked const& asked, http::Request const& request, Decision no)
{
    if (no.response.status != 401 || needs.sign_in_url.empty() || !is_navigation(asked, request)) return no;
    auto const address = sign_in_address(needs.sign_in_url, asked, request);
    if (needs.proxy == Proxy::nginx)
        no.response.set(kSignInHeader, address);
    else
        no.response = send_to(address);
    return no;
}

Decision refused(Refusal const& why)
{
    return {.outcome = outcome_of(why), .response = refuse(why), .detail = detail_of(why)};
}

// `authorization` is for the service, in session mode.
http::Response passing(DecisionNeeds const& needs, Identity const& identity, std::string_view authorization)
{
    return needs.sessions ? allow(identity, authorization) : allow(identity);
}

Decision judge_known(DecisionNeeds const& needs, Rule const& rule, Principal const& who, std::string_view authorization)
{
    if (auto const lacking = find_lacking(rule, who.roles(), who.scopes()))
        return {.outcome = Outcome::forbidden, .response = refuse(insufficient_scope(*lacking)), .detail = *lacking};
    return {.outcome = Outcome::allowed, .response = passing(needs, identity_of(who), authorization)};
}

// Nobody is signed in: what is open to nobody is so whatever the reason.
Decision judge_unknown(DecisionNeeds const& needs, Rule const& rule, Asked const& asked, http::Request const& request,
                       Decision no)
{
    if (rule.access == Access::open) return {.outcome = Outcome::open, .response = passing(needs, {}, {})};
    return turn_away(needs, asked, request, std::move(no));
}

Decision judge(DecisionNeeds const& needs, Rule const& rule, Asked const& asked, http::Request const& request)
{
    // CHECKS B45: of two tokens, one may be the attacker's. Which of them the service reads is not ours to say.
    if (request.count_headers("Authorization") > 1)
        return {.outcome  = Outcome::unclear,
                .response = refuse_unclear("There is more than one Authorization header.")};
    auto const authorization = request.find_header("Authorization").value_or("");
    auto const who           = needs.verifier.verify(authorization, rule.when_stale);
    if (!who) return judge_unknown(needs, rule, asked, request, refused(who.error()));
    return judge_known(needs, rule, *who, http::trim(authorization));
}

Decision unclear(Unclear const& why)
{
    return {.outcome = Outcome::unclear, .response = refuse_unclear(why.sentence), .detail = why.sentence};
}

// A question that hangs on a session cookie, until it is answered.
class BySession : public std::enable_shared_from_this<BySession> {
public:
    // `asked` and `cookie` are of the request.
    BySession(DecisionNeeds const& needs, std::shared_ptr<http::Request const> request, Asked asked, Rule const& rule,
              std::string_view cookie, std::function<void(Decision)> done)
        : needs_(needs),
          request_(std::move(request)),
          asked_(std::move(asked)),
          rule_(rule),
          cookie_(cookie),
          done_(std::move(done))
    {
    }

    void look_up()
    {
        needs_.sessions->find(cookie_, [self = shared_from_this()](FoundSession const& found) { self->judge(found); });
    }

private:
    void judge(FoundSession const& found)
    {
        if (!found.authorization) return end(unknown(found.result));
        auto const who = needs_.verifier.verify(*found.authorization, rule_.when_stale);
        if (who) {
            if (found.result == LookUp::asked) needs_.sessions->note_held();
            return end(judge_known(needs_, rule_, *who, *found.authorization));
        }
        // Nobody can tell whether any token holds.
        if (who.error().status != 401) return end(nobody(refused(who.error())));
        give_up(who.error(), *found.authorization);
    }

    // The token holds no more. Where the session is over with it, nothing else will; else the issuer has another, and
    // is asked once.
    void give_up(Refusal const& why, std::string const& authorization)
    {
        if (why.revoked == Revoked::session) {
            needs_.sessions->refuse(cookie_);
            return end(nobody({.outcome = Outcome::revoked, .response = refuse_session(), .detail = detail_of(why)}));
        }
        needs_.sessions->forget(cookie_, authorization);
        if (std::exchange(asked_again_, true)) return end(nobody(refused_again(why)));
        look_up();
    }

    Decision refused_again(Refusal const& why)
    {
        auto const detail = detail_of(why);
        if (!why.revoked) needs_.sessions->note_refused(detail);
        return {.outcome  = Outcome::unavailable,
                .response = refuse_unasked(),
                .detail   = "the token of a session is refused: " + detail};
    }

    Decision unknown(LookUp result)
    {
        if (result == LookUp::unreachable)
            return nobody({.outcome  = Outcome::unavailable,
                           .response = refuse_unasked(),
                           .detail   = "the issuer cannot be asked for the session"});
        return nobody({.outcome  = Outcome::not_signed_in,
                       .response = refuse_session(),
                       .detail   = "the session cookie is " + std::string{name(result)}});
    }

    Decision nobody(Decision no) { return judge_unknown(needs_, rule_, asked_, *request_, std::move(no)); }

    void end(Decision decision)
    {
        decision.rule = rule_.path;
        done_(std::move(decision));
    }

    DecisionNeeds const                  needs_;
    std::shared_ptr<http::Request const> request_;
    Asked                                asked_;
    Rule const&                          rule_;
    std::string_view                     cookie_;
    std::function<void(Decision)>        done_;
    bool                                 asked_again_ = false;
};

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
    if (!asked) return unclear(asked.error());
    auto const& rule     = needs.rules.find(asked->method, asked->path);
    auto        decision = judge(needs, rule, *asked, request);
    decision.rule        = rule.path;
    return decision;
}

void decide(DecisionNeeds const& needs, std::shared_ptr<http::Request const> const& request,
            std::function<void(Decision)> done)
{
    auto const cookie = needs.sessions ? http::find_cookie(*request, http::kSessionCookie) : std::nullopt;
    // Who says who they are need not be asked.
    if (!cookie || request->find_header("Authorization")) return done(decide(needs, *request));
    auto asked = read_asked(needs.proxy, *request);
    if (!asked) return done(unclear(asked.error()));
    auto const& rule = needs.rules.find(asked->method, asked->path);
    if (!may_rely_on_cookie(*asked, *request)) {
        auto decision = judge_unknown(
            needs, rule, *asked, *request,
            {.outcome = Outcome::forbidden, .response = refuse_foreign_page(), .detail = "not from its own page"});
        decision.rule = rule.path;
        return done(std::move(decision));
    }
    std::make_shared<BySession>(needs, request, *std::move(asked), rule, *cookie, std::move(done))->look_up();
}

}  // namespace signet::gateway
