// signet/signet_verifier.h, used by a C program; c_caller.c looks at what it gives.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "jose/jose.hpp"
#include "verifier/c_caller.h"
#include "verifier/feed_server.hpp"

namespace signet {
namespace {

using namespace std::chrono_literals;

class CInterface : public ::testing::Test {
public:
    ~CInterface() override { signet_verifier_free(verifier); }

protected:
    CInterface()
    {
        issuer.publish(*jose::KeySet::from({key.verification_key()})->to_json());
        issuer.beat_every(200ms);
    }
    void start() { ASSERT_EQ(holds(c_starts(issuer.issuer().c_str(), FeedServer::kCredential, &news, &verifier)), ""); }

    static std::string holds(char const* wrong) { return wrong == nullptr ? "" : wrong; }

    jose::Claims ann() const
    {
        jose::Claims claims;
        claims.issuer(issuer.issuer()).subject("ann").audience("notes").token_id("t1");
        claims.issued_at(now).expires_at(now + 10min).set("client_id", "web").set("sid", "s1");
        claims.set("email", "ann@example.com").set("name", "Ann").set("scope", "read");
        claims.set("roles", std::vector<std::string>{"viewer", "admin"});
        return claims;
    }
    std::string bearer(jose::Claims const& claims) const { return "Bearer " + *jose::sign(claims, key, "at+jwt"); }

    jose::Time       now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    jose::SigningKey key = *jose::SigningKey::generate(jose::Algorithm::es256, "k1");
    FeedServer       issuer;
    c_news           news{PTHREAD_MUTEX_INITIALIZER, 0, 0, 0, {}, {}, 0};
    signet_verifier* verifier = nullptr;
};

TEST_F(CInterface, SaysWhoATokenSpeaksFor)
{
    start();
    EXPECT_EQ(holds(c_accepts(verifier, bearer(ann()).c_str(), now.time_since_epoch() / 1ms)), "");
    EXPECT_EQ(holds(c_refuses_strangers(verifier)), "");
}

TEST_F(CInterface, RefusesWhatWasRevokedAndTellsOfIt)
{
    start();
    auto const token = bearer(ann());
    EXPECT_EQ(holds(c_accepts(verifier, token.c_str(), now.time_since_epoch() / 1ms)), "");
    auto const entry = issuer.revoke(revocation::Kind::session, "s1");
    issuer.wait_for_confirmation(entry.sequence);
    EXPECT_EQ(holds(c_refuses_revoked(verifier, token.c_str())), "");
    EXPECT_EQ(holds(c_describes(verifier)), "");

    pthread_mutex_lock(&news.mutex);
    EXPECT_GE(news.fetches, 1U);
    EXPECT_EQ(news.lives, 1U);
    EXPECT_EQ(news.revoked, 1U);
    EXPECT_STREQ(news.kind, "session");
    EXPECT_STREQ(news.subject, "s1");
    EXPECT_EQ(news.at_ms, entry.not_before.time_since_epoch() / 1ms);
    pthread_mutex_unlock(&news.mutex);
}

TEST_F(CInterface, RefusesATextThatCWouldCutShort)
{
    start();
    std::string const         cut{"ann\0bob", 7};
    std::vector<jose::Claims> odd(8, ann());
    odd[0].subject(cut);
    odd[1].set("sid", cut);
    odd[2].set("email", cut);
    odd[3].set("name", cut);
    odd[4].set("client_id", cut);
    odd[5].token_id(cut);
    odd[6].set("roles", std::vector<std::string>{"viewer", cut});
    odd[7].set("scope", "read " + cut);
    for (auto const& claims : odd) {
        auto const        token = bearer(claims);
        signet_principal* who   = nullptr;
        signet_refusal*   no    = nullptr;
        EXPECT_EQ(signet_verifier_verify(verifier, token.data(), token.size(), SIGNET_AS_CONFIGURED, &who, &no),
                  SIGNET_REFUSED);
        EXPECT_EQ(who, nullptr);
        EXPECT_EQ(signet_refusal_status(no), 401);
        EXPECT_STREQ(signet_refusal_error(no), "invalid_token");
        EXPECT_STREQ(signet_refusal_description(no), "The token is malformed.");
        signet_refusal_free(no);
    }
}

TEST_F(CInterface, RefusesOptionsThatMeanNothing)
{
    EXPECT_EQ(holds(c_refuses_options(issuer.issuer().c_str())), "");
}

TEST_F(CInterface, TakesNull)
{
    start();
    EXPECT_EQ(holds(c_takes_null(verifier)), "");
}

TEST_F(CInterface, MayIgnoreWhatIsRevoked)
{
    EXPECT_EQ(holds(c_ignores(issuer.issuer().c_str(), bearer(ann()).c_str())), "");
    EXPECT_EQ(issuer.streams(), 0U);
}

TEST_F(CInterface, FailsClosedWhenAsked)
{
    start();
    auto const token = bearer(ann());
    issuer.freeze(1h);
    while (signet_verifier_state(verifier) != SIGNET_STALE) std::this_thread::sleep_for(20ms);
    signet_principal* who = nullptr;
    signet_refusal*   no  = nullptr;
    EXPECT_EQ(signet_verifier_verify(verifier, token.data(), token.size(), SIGNET_FAIL_CLOSED, &who, &no),
              SIGNET_REFUSED);
    EXPECT_EQ(signet_refusal_status(no), 503);
    EXPECT_EQ(signet_refusal_retry_after_s(no), 1);
    EXPECT_STREQ(signet_refusal_www_authenticate(no), "");
    signet_refusal_free(no);
    EXPECT_EQ(signet_verifier_verify(verifier, token.data(), token.size(), SIGNET_AS_CONFIGURED, &who, nullptr),
              SIGNET_OK);
    signet_principal_free(who);
    issuer.freeze(0ms);
}

// Names of functions, "signet_" first, that are followed by a parenthesis.
std::set<std::string> functions_in(std::string const& path)
{
    std::ifstream         file{std::string{SIGNET_SOURCE_DIR "/"} + path};
    std::string const     text{std::istreambuf_iterator<char>(file), {}};
    std::regex const      name{R"((signet_\w+)\()"};
    std::set<std::string> names;
    for (std::sregex_iterator at{text.begin(), text.end(), name}; at != std::sregex_iterator{}; ++at)
        names.insert((*at)[1]);
    return names;
}

TEST(CCaller, UsesEveryFunction)
{
    auto const declared = functions_in("include/signet/signet_verifier.h");
    EXPECT_GE(declared.size(), 30U);
    EXPECT_EQ(functions_in("src/verifier/c_caller.c"), declared);
}

}  // namespace
}  // namespace signet
