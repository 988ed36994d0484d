// The gateway's answers, with a verifier that follows an issuer.
#include "gateway/decision.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/uuid.hpp"
#include "gateway/answers.hpp"
#include "gateway/gateway.hpp"
#include "jose/jose.hpp"
#include "verifier/feed_server.hpp"

namespace signet::gateway {
namespace {

using namespace std::chrono_literals;
using http::Header;
using http::Request;
using http::Response;
using revocation::Kind;
using ::testing::HasSubstr;

std::string header(Response const& response, std::string_view name)
{
    auto const found =
        std::ranges::find_if(response.headers, [&](Header const& h) { return http::same_name(h.name, name); });
    return found == response.headers.end() ? "absent" : found->value;
}

std::string error_of(Response const& response)
{
    auto const object = json::parse_object(response.body);
    return object && object->find("error") ? std::string{object->find("error")->string().value_or("")} : response.body;
}

class DecisionTest : public ::testing::Test {
protected:
    static jose::Time now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

    DecisionTest()
    {
        issuer_.publish(*jose::KeySet::from({key_.verification_key()})->to_json());
        issuer_.beat_every(200ms);
    }

    VerifierOptions options() const
    {
        return {.issuer                       = issuer_.issuer(),
                .audience                     = "notes",
                .credential                   = FeedServer::kCredential,
                .allow_plain_http_on_loopback = true};
    }
    void start(VerifierOptions wanted, std::chrono::milliseconds patience = 30s)
    {
        verifier_ = std::move(Verifier::start(std::move(wanted), patience)).value();
    }
    void start()
    {
        start(options());
        ASSERT_TRUE(verifier_->ready());
    }

    std::string bearer(std::vector<std::string> roles = {}, std::string_view session = "s1")
    {
        jose::Claims claims;
        claims.issuer(issuer_.issuer()).subject("ann").audience("notes").token_id(Uuid::make(now(), random_).text());
        claims.issued_at(now()).expires_at(now() + 10min).set("client_id", "web").set("sid", session);
        claims.set("email", "ann@example.com").set("name", "Ann \u00dc").set("scope", "notes:read").set("roles", roles);
        return "Bearer " + *jose::sign(claims, key_, "at+jwt");
    }

    static Request ask(std::string_view method, std::string_view target, std::vector<Header> more = {})
    {
        Request request;
        request.path    = kDecisionPath;
        request.headers = {{"X-Original-Method", std::string{method}}, {"X-Original-URI", std::string{target}}};
        request.headers.insert(request.headers.end(), more.begin(), more.end());
        return request;
    }

    DecisionNeeds needs() const { return {.verifier = *verifier_, .rules = rules_, .proxy = Proxy::nginx}; }

    Decision get(std::string_view target, std::string authorization) const
    {
        return decide(needs(), ask("GET", target, {{"Authorization", std::move(authorization)}}));
    }
    Decision get(std::string_view target) const { return decide(needs(), ask("GET", target)); }

    SystemRandom              random_;
    jose::SigningKey          key_ = *jose::SigningKey::generate(jose::Algorithm::es256, "k1");
    FeedServer                issuer_;
    std::unique_ptr<Verifier> verifier_;
    Rules                     rules_ = *Rules::make({{.path = "/open", .access = Access::open},
                                                     {.path = "/admin", .roles = {"admin"}, .when_stale = WhenStale::fail_closed},
                                                     {.path = "/notes", .methods = {"POST"}, .scopes = {"notes:write"}}},
                                                    WhenStale::until_expiry);
};

TEST_F(DecisionTest, WhoIsSignedInIsTold)
{
    start();
    auto const decision = get("/page?x", bearer({"admin", "viewer"}));
    EXPECT_EQ(decision.outcome, Outcome::allowed);
    EXPECT_EQ(decision.rule, "/");
    auto const& response = decision.response;
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "X-Signet-User"), "ann");
    EXPECT_EQ(header(response, "X-Signet-Session"), "s1");
    EXPECT_EQ(header(response, "X-Signet-Email"), "ann@example.com");
    EXPECT_EQ(header(response, "X-Signet-Name"), "Ann%20%C3%9C");
    EXPECT_EQ(header(response, "X-Signet-Roles"), "admin viewer");
    EXPECT_EQ(header(response, "X-Signet-Scopes"), "notes:read");
    EXPECT_EQ(header(response, "X-Signet-Client"), "web");
}

TEST_F(DecisionTest, WithoutATokenNobodyIsSignedIn)
{
    start();
    for (auto const& decision : {get("/page"), get("/page", "Basic YTpi"), get("/admin")}) {
        EXPECT_EQ(decision.outcome, Outcome::not_signed_in);
        EXPECT_EQ(decision.response.status, 401);
        EXPECT_EQ(error_of(decision.response), "missing_token");
        EXPECT_EQ(header(decision.response, "WWW-Authenticate"), "Bearer");
        EXPECT_EQ(header(decision.response, "Cache-Control"), "absent") << "in the fixed lines";
        EXPECT_EQ(header(decision.response, "X-Signet-User"), "absent");
    }
}

TEST_F(DecisionTest, ATokenThatDoesNotHoldIsRefused)
{
    start();
    auto token          = bearer();
    token.back()        = token.back() == 'A' ? 'B' : 'A';
    auto const decision = get("/page", token + "A");
    EXPECT_EQ(decision.outcome, Outcome::invalid_token);
    EXPECT_EQ(decision.response.status, 401);
    EXPECT_EQ(error_of(decision.response), "invalid_token");
    EXPECT_THAT(header(decision.response, "WWW-Authenticate"), HasSubstr("error=\"invalid_token\""));
    EXPECT_THAT(decision.detail, ::testing::Not(::testing::IsEmpty()));
}

TEST_F(DecisionTest, ARoleOrScopeThatIsMissingIsNamed)
{
    start();
    auto const by_role = get("/admin/x", bearer({"viewer"}));
    EXPECT_EQ(by_role.outcome, Outcome::forbidden);
    EXPECT_EQ(by_role.rule, "/admin");
    EXPECT_EQ(by_role.response.status, 403);
    EXPECT_EQ(error_of(by_role.response), "insufficient_scope");
    EXPECT_THAT(header(by_role.response, "WWW-Authenticate"), HasSubstr("roles: admin"));
    EXPECT_EQ(get("/admin/x", bearer({"admin"})).outcome, Outcome::allowed);

    auto const by_scope = decide(needs(), ask("POST", "/notes", {{"Authorization", bearer()}}));
    EXPECT_EQ(by_scope.response.status, 403);
    EXPECT_THAT(header(by_scope.response, "WWW-Authenticate"), HasSubstr("scopes: notes:write"));
    EXPECT_EQ(get("/notes", bearer()).outcome, Outcome::allowed);
}

TEST_F(DecisionTest, WhatIsOpenIsToldWhoAsksWhereThatHolds)
{
    start();
    auto const nobody = get("/open/x");
    EXPECT_EQ(nobody.outcome, Outcome::open);
    EXPECT_EQ(nobody.response.status, 200);
    for (auto const name : kIdentityHeaders) EXPECT_EQ(header(nobody.response, name), "") << name;
    auto const forged = get("/open", "Bearer x.y.z");
    EXPECT_EQ(forged.outcome, Outcome::open);
    EXPECT_EQ(header(forged.response, "X-Signet-User"), "");
    EXPECT_EQ(header(get("/open", bearer()).response, "X-Signet-User"), "ann");
}

TEST_F(DecisionTest, WhatIsNotClearIsForbidden)
{
    start();
    auto const token = bearer({"admin"});
    for (auto const* target : {"/open/../admin", "/open%2f..%2fadmin", "//admin", "/admin;x", "admin"}) {
        auto const decision = get(target, token);
        EXPECT_EQ(decision.outcome, Outcome::unclear) << target;
        EXPECT_EQ(decision.response.status, 403) << target;
        EXPECT_EQ(error_of(decision.response), "unclear_request");
        EXPECT_EQ(decision.rule, "");
    }
    auto const twice = decide(needs(), ask("GET", "/page", {{"Authorization", token}, {"authorization", token}}));
    EXPECT_EQ(twice.outcome, Outcome::unclear);
    EXPECT_EQ(twice.response.status, 403);
    Request silent;
    silent.path = kDecisionPath;
    EXPECT_EQ(decide(needs(), silent).outcome, Outcome::unclear);
}

TEST_F(DecisionTest, ASessionThatHasEndedElsewhereIsRefusedAtOnce)
{
    start();
    auto const token = bearer();
    EXPECT_EQ(get("/page", token).outcome, Outcome::allowed);
    issuer_.wait_for_confirmation(issuer_.revoke(Kind::session, "s1").sequence);
    auto const decision = get("/page", token);
    EXPECT_EQ(decision.outcome, Outcome::revoked);
    EXPECT_EQ(decision.response.status, 401);
    EXPECT_EQ(decision.detail, "session");
    EXPECT_EQ(get("/open", token).outcome, Outcome::open);
}

TEST_F(DecisionTest, NothingIsDecidedBeforeTheIssuerHasBeenHeard)
{
    issuer_.answer_with(500);
    verifier_           = *Verifier::start({.issuer                       = issuer_.issuer(),
                                            .audience                     = "notes",
                                            .credential                   = FeedServer::kCredential,
                                            .allow_plain_http_on_loopback = true},
                                           0ms);
    auto const decision = get("/page", bearer());
    EXPECT_EQ(decision.outcome, Outcome::unavailable);
    EXPECT_EQ(decision.response.status, 503);
    EXPECT_EQ(error_of(decision.response), "unavailable");
    EXPECT_NE(header(decision.response, "Retry-After"), "absent");
    EXPECT_NE(header(decision.response, "Retry-After"), "0");
    EXPECT_EQ(header(decision.response, "WWW-Authenticate"), "absent");
    EXPECT_EQ(get("/open", bearer()).outcome, Outcome::open);
}

TEST_F(DecisionTest, TheRuleSaysWhatHoldsWhileTheIssuerIsNotHeardOf)
{
    auto wanted           = options();
    wanted.degraded_after = 2s;
    wanted.stale_after    = 2500ms;
    start(wanted);
    auto const token = bearer({"admin"});
    issuer_.freeze(60s);
    auto const deadline = std::chrono::steady_clock::now() + 20s;
    while (verifier_->state() != State::stale && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(20ms);
    ASSERT_EQ(verifier_->state(), State::stale);
    EXPECT_EQ(get("/page", token).outcome, Outcome::allowed);
    EXPECT_EQ(get("/admin", token).outcome, Outcome::unavailable);
    EXPECT_EQ(get("/admin", token).response.status, 503);
}

TEST_F(DecisionTest, ABrowserIsSentToSignInAsItsProxyCanHandOn)
{
    start();
    std::vector<Header> const browser{
        {"Sec-Fetch-Mode", "navigate"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "app.example.com"}};
    constexpr std::string_view kAddress = "https://id.example.com/login?return_to=https%3A%2F%2Fapp.example.com%2Fpage";
    auto                       given    = needs();
    given.sign_in_url                   = "https://id.example.com/login";
    auto const through_nginx            = decide(given, ask("GET", "/page", browser));
    EXPECT_EQ(through_nginx.outcome, Outcome::not_signed_in);
    EXPECT_EQ(through_nginx.response.status, 401);
    EXPECT_EQ(header(through_nginx.response, kSignInHeader), kAddress);

    given.proxy = Proxy::forwarded;
    auto asking = ask("GET", "/page", browser);
    asking.headers.insert(asking.headers.end(), {{"X-Forwarded-Method", "GET"}, {"X-Forwarded-Uri", "/page"}});
    auto const through_caddy = decide(given, asking);
    EXPECT_EQ(through_caddy.outcome, Outcome::not_signed_in);
    EXPECT_EQ(through_caddy.response.status, 302);
    EXPECT_EQ(header(through_caddy.response, "Location"), kAddress);

    // Programs, and who is signed in and may not, are not.
    auto program = ask("GET", "/page");
    EXPECT_EQ(header(decide(needs(), program).response, kSignInHeader), "absent");
    given.proxy    = Proxy::nginx;
    auto forbidden = ask("GET", "/admin", browser);
    forbidden.headers.push_back({"Authorization", bearer()});
    EXPECT_EQ(decide(given, forbidden).response.status, 403);
    EXPECT_EQ(header(decide(given, forbidden).response, kSignInHeader), "absent");
}

TEST_F(DecisionTest, OutcomesHaveNames)
{
    std::vector<std::string_view> names;
    for (int outcome = 0; outcome <= static_cast<int>(kLastOutcome); ++outcome)
        names.push_back(name(static_cast<Outcome>(outcome)));
    EXPECT_THAT(names, ::testing::ElementsAre("allowed", "open", "not_signed_in", "invalid_token", "revoked",
                                              "forbidden", "unclear", "unavailable"));
}

// ---- the two listeners ----

class ListenersTest : public DecisionTest {
protected:
    static Response answer(http::Handler const& handler, Request request)
    {
        std::optional<Response> given;
        handler(std::make_shared<Request const>(std::move(request)),
                [&](Response response) { given = std::move(response); });
        return std::move(given).value();
    }
    Response ask_operator(std::string_view path, http::Method method = http::Method::get,
                          std::string host = "127.0.0.1:4181")
    {
        Request request;
        request.method  = method;
        request.path    = path;
        request.headers = {{"Host", std::move(host)}};
        return answer(operators({.verifier = *verifier_, .metrics = metrics_, .draining = draining_}), request);
    }

    Metrics           metrics_;
    std::atomic<bool> draining_ = false;
};

TEST_F(ListenersTest, DecisionsAreCountedByHowTheyEnded)
{
    start();
    auto const handler = decisions(needs(), metrics_);
    EXPECT_EQ(answer(handler, ask("GET", "/open")).status, 200);
    EXPECT_EQ(answer(handler, ask("GET", "/page")).status, 401);
    EXPECT_EQ(answer(handler, ask("GET", "/page")).status, 401);
    auto const text = ask_operator("/metrics").body;
    EXPECT_THAT(text, HasSubstr("signet_gateway_decisions_total{outcome=\"open\"} 1"));
    EXPECT_THAT(text, HasSubstr("signet_gateway_decisions_total{outcome=\"not_signed_in\"} 2"));
    EXPECT_THAT(text, HasSubstr("signet_gateway_decisions_total{outcome=\"revoked\"} 0"));
    EXPECT_THAT(text, HasSubstr("signet_verifier_"));
}

TEST_F(ListenersTest, NothingButADecisionIsThereForProxies)
{
    start();
    auto const handler = decisions(needs(), metrics_);
    for (auto const* path : {"/", "/decision/", "/decisions", "/metrics", "/readyz"}) {
        auto request = ask("GET", "/open");
        request.path = path;
        EXPECT_EQ(answer(handler, request).status, 404) << path;
    }
}

TEST_F(ListenersTest, ReadyIsWhoKnowsWhatIsRevoked)
{
    start();
    EXPECT_EQ(ask_operator("/healthz").status, 200);
    EXPECT_EQ(ask_operator("/readyz").status, 200);
    EXPECT_THAT(ask_operator("/readyz").body, HasSubstr(R"("status":"ready","revocations":"live")"));
    draining_ = true;
    EXPECT_EQ(ask_operator("/readyz").status, 503);
    EXPECT_EQ(ask_operator("/healthz").status, 200);
}

TEST_F(ListenersTest, NotReadyIsWhoDoesNot)
{
    issuer_.answer_with(500);
    verifier_           = *Verifier::start({.issuer                       = issuer_.issuer(),
                                            .audience                     = "notes",
                                            .credential                   = FeedServer::kCredential,
                                            .allow_plain_http_on_loopback = true},
                                           0ms);
    auto const response = ask_operator("/readyz");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(error_of(response), "unavailable");
    EXPECT_EQ(ask_operator("/healthz").status, 200);
}

TEST_F(ListenersTest, OperatorsAskByThisMachinesOwnName)
{
    start();
    EXPECT_EQ(ask_operator("/metrics", http::Method::get, "evil.example").status, 403);
    EXPECT_EQ(ask_operator("/metrics", http::Method::head, "localhost:4181").status, 200);
    EXPECT_EQ(ask_operator("/metrics", http::Method::post).status, 405);
    EXPECT_EQ(ask_operator("/decision").status, 404);
}

}  // namespace
}  // namespace signet::gateway
