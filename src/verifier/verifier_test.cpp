#include "signet/verifier.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "verifier/verifier_fixture.hpp"

namespace signet {
namespace {

using namespace std::string_view_literals;
using jose::Algorithm;
using jose::Errc;

TEST_F(VerifierTest, TellsWhoARequestSpeaksFor)
{
    start();
    auto const who = verifier->verify(bearer(claims()));
    ASSERT_TRUE(who) << who.error().description;
    EXPECT_EQ(who->user_id(), "ann");
    EXPECT_EQ(who->session_id(), "s1");
    EXPECT_EQ(who->email(), "ann@example.com");
    EXPECT_EQ(who->name(), "Ann");
    EXPECT_EQ(who->client_id(), "signet");
    EXPECT_EQ(who->token_id(), "t1");
    EXPECT_EQ(who->key_id(), "k1");
    EXPECT_EQ(who->algorithm(), Algorithm::es256);
    EXPECT_TRUE(who->has_role("admin"));
    EXPECT_FALSE(who->has_role("adm"));
    EXPECT_TRUE(std::ranges::equal(who->scopes(), std::array{"read"sv, "write"sv}));
    EXPECT_TRUE(who->has_scope("write"));
    EXPECT_EQ(who->expires_at() - who->issued_at(), 10min);
}

TEST_F(VerifierTest, NeedsNoMoreThanTheClaimsOfRfc9068)
{
    start();
    jose::Claims bare;
    bare.issuer(server.issuer()).subject("ann").audience("notes").token_id("t1").set("client_id", "signet");
    bare.issued_at(now()).expires_at(now() + 10min);
    auto const who = verifier->verify(bearer(bare));
    ASSERT_TRUE(who) << who.error().description;
    EXPECT_TRUE(who->roles().empty());
    EXPECT_TRUE(who->email().empty());
}

TEST_F(VerifierTest, AsksForATokenWhereThereIsNone)
{
    start();
    for (auto const* header : {"", "Basic YTpi", "Bearer", "Bearer  "}) {
        auto const who = verifier->verify(header);
        ASSERT_FALSE(who);
        EXPECT_EQ(who.error().status, 401);
        EXPECT_EQ(who.error().error, "");
        EXPECT_EQ(who.error().www_authenticate(), "Bearer realm=\"notes\"");
    }
}

TEST_F(VerifierTest, RefusesWhatIsNoToken)
{
    start();
    auto const good = bearer(claims());
    for (auto const& twice :
         std::vector<std::string>{good + " a.b.c", good + ",Bearer a.b.c", good + ", realm=x", "Bearer a b"})
        EXPECT_EQ(cause(twice), Errc::malformed_token) << twice;
    for (auto const header : {"Bearer a.b\0c"sv, "Bearer a.b\r\nc"sv, "Bearer \"a.b.c\""sv, "Bearer a.\xC3\xA4.c"sv})
        EXPECT_EQ(cause(header), Errc::malformed_token) << header;
    EXPECT_EQ(cause("Bearer a.b"), Errc::malformed_token);
    EXPECT_EQ(cause("Bearer " + std::string(20'000, 'a')), Errc::malformed_token);
    EXPECT_EQ(cause("Bearer " + std::string(10'000, 'a')), Errc::token_too_large);
}

TEST_F(VerifierTest, RefusesAForgedToken)
{
    start();
    auto header                   = bearer(claims());
    header[header.rfind('.') + 5] = header[header.rfind('.') + 5] == 'A' ? 'B' : 'A';
    EXPECT_EQ(cause(header), Errc::bad_signature);
    EXPECT_EQ(cause("Bearer " + *jose::sign(claims(), new_key("k1"), "at+jwt")), Errc::bad_signature);
}

TEST_F(VerifierTest, RefusesAnAlgorithmThatIsNotTheKeys)
{
    start();
    auto const eddsa = new_key("k1", Algorithm::eddsa);
    EXPECT_EQ(cause("Bearer " + *jose::sign(claims(), eddsa, "at+jwt")), Errc::algorithm_mismatch);
    auto const hmac = new_key("k1", Algorithm::hs256);
    EXPECT_EQ(cause("Bearer " + *jose::sign(claims(), hmac, "at+jwt")), Errc::algorithm_not_allowed);
}

TEST_F(VerifierTest, RefusesATokenForSomebodyElse)
{
    start();
    EXPECT_EQ(cause(bearer(claims().audience("not"))), Errc::audience_mismatch);
    EXPECT_EQ(cause(bearer(claims().issuer(server.issuer() + "/"))), Errc::issuer_mismatch);
}

// CHECKS A34, A35
TEST_F(VerifierTest, RefusesEveryOtherTypeOfToken)
{
    start();
    for (auto const* type : {"JWT", "dpop+jwt", "logout+jwt", "secevent+jwt", "at+jwt+x"})
        EXPECT_EQ(cause(bearer(claims(), type)), Errc::type_mismatch) << type;
}

TEST_F(VerifierTest, RefusesATokenOutsideItsTime)
{
    start();
    EXPECT_EQ(cause(bearer(claims().expires_at(now() - 31s))), Errc::expired);
    EXPECT_EQ(cause(bearer(claims().not_before(now() + 60s))), Errc::not_yet_valid);
    EXPECT_EQ(cause(bearer(claims().issued_at(now() + 60s))), Errc::issued_in_the_future);
    EXPECT_TRUE(verifier->verify(bearer(claims().expires_at(now() - 10s)))) << "within the skew";
}

// CHECKS A35
TEST_F(VerifierTest, RefusesATokenWithoutTheClaimsOfRfc9068)
{
    start();
    for (std::string_view const missing : {"sub", "client_id", "jti"})
        EXPECT_EQ(cause(bearer(claims().set(missing, ""))), Errc::missing_claim) << missing;
    jose::Claims timeless;
    timeless.issuer(server.issuer()).subject("ann").audience("notes").token_id("t1").set("client_id", "signet");
    EXPECT_EQ(cause(bearer(timeless)), Errc::missing_claim);
    EXPECT_EQ(cause(bearer(timeless.expires_at(now() + 10min))), Errc::missing_claim);
}

// CHECKS A36: what a client does by itself is done by no user.
TEST_F(VerifierTest, TakesNoClientForAUser)
{
    start();
    EXPECT_EQ(cause(bearer(claims().subject("signet"))), Errc::missing_claim);
    EXPECT_EQ(cause(bearer(claims().set("client_id", "ann"))), Errc::missing_claim);
}

TEST_F(VerifierTest, RefusesClaimsOfAnotherTypeThanTheyMustHave)
{
    start();
    EXPECT_EQ(cause(bearer(claims().set("roles", "admin"))), Errc::wrong_claim_type);
    EXPECT_EQ(cause(bearer(claims().set_json("roles", R"(["viewer",1])"))), Errc::wrong_claim_type);
    EXPECT_EQ(cause(bearer(claims().set("email", true))), Errc::wrong_claim_type);
    EXPECT_EQ(cause(bearer(claims().set_json("scope", "[]"))), Errc::wrong_claim_type);
    EXPECT_EQ(cause(bearer(claims().set("sid", std::int64_t{7}))), Errc::wrong_claim_type);
}

}  // namespace
}  // namespace signet
