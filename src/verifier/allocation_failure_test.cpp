// CHECKS A43: wherever memory runs out, a request is refused with 503 or answered as ever.
#include <gtest/gtest.h>

#include "jose/fail_each_allocation.hpp"
#include "jose/token_cache.hpp"
#include "verifier/feed_server.hpp"
#include "verifier/verifier_fixture.hpp"

namespace signet {
namespace {

using jose::Errc;
using jose::test::AllocationFailure;
using jose::test::fail_each_allocation;
using jose::test::Failing;

std::string described(Principal const& who)
{
    auto text = std::string(who.user_id()) + " " + std::string(who.name()) + " " + std::string(who.key_id());
    for (auto const& role : who.roles()) text += " " + role;
    for (auto const& scope : who.scopes()) text += " " + scope;
    return text;
}

class VerifierAllocationFailure : public VerifierTest {
protected:
    std::shared_ptr<Verifier> cold()
    {
        auto wordy  = options();
        wordy.realm = "a realm that does not fit into a std::string";
        return *Verifier::start(wordy, 10s);
    }

    // A refusal as jose gives one; with a status that its cause must not have, as none that is expected.
    static jose::Result<Principal> answer(Verifier const& asked, std::string_view authorization)
    {
        auto who = asked.verify(authorization);
        if (who) return *std::move(who);
        auto const& refusal = who.error();
        bool const  fits    = refusal.status == (refusal.cause == Errc::out_of_memory ? 503 : 401);
        return std::unexpected(jose::Error{.code = fits ? refusal.cause : Errc::contradictory_policy, .detail = {}});
    }

    template <class Prepare>
    static void fail_each(std::string_view what, std::string const& authorization, Prepare const& prepare)
    {
        fail_each_allocation(
            what, [&] { return [&, asked = prepare()] { return answer(*asked, authorization); }; }, described);
    }
};

TEST_F(VerifierAllocationFailure, IsARefusalOfTheFirstToken)
{
    fail_each("cold", bearer(claims()), [&] { return cold(); });
}

TEST_F(VerifierAllocationFailure, IsARefusalOfANewTokenOfAKnownKey)
{
    fail_each("warm", bearer(claims()), [&] {
        auto warm = cold();
        EXPECT_TRUE(warm->verify(bearer(claims().token_id("another"))));
        return warm;
    });
}

TEST_F(VerifierAllocationFailure, IsNothingToATokenThatWasSeenBefore)
{
    start();
    auto const token = bearer(claims());
    EXPECT_TRUE(verifier->verify(token));
    AllocationFailure const failure{1, Failing::from_then_on};
    auto const              who = verifier->verify(token);
    EXPECT_TRUE(who && who->seen_before());
    EXPECT_FALSE(failure.struck());
}

TEST_F(VerifierAllocationFailure, IsNeverAYesToWhatIsRefused)
{
    auto const asked = cold();
    for (auto const& authorization :
         {std::string{}, std::string{"Bearer a b"}, bearer(claims().expires_at(now() - 1min)),
          bearer(claims().set("email", true)), "Bearer " + *jose::sign(claims(), new_key("k1"), "at+jwt")})
        fail_each("refusal", authorization, [&] { return asked; });
}

// A token that is revoked is refused, as such or for the lack of memory, whether it was seen before or not.
TEST(VerifierRevocations, AreNeverForgottenForALackOfMemory)
{
    FeedServer issuer;
    auto const key = *jose::SigningKey::generate(jose::Algorithm::es256, "k1");
    issuer.publish(*jose::KeySet::from({key.verification_key()})->to_json());
    auto const   now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    jose::Claims claims;
    claims.issuer(issuer.issuer()).subject("ann").audience("notes").token_id("t1").set("client_id", "web");
    claims.issued_at(now).expires_at(now + 10min).set("sid", "s1");
    auto const token    = "Bearer " + *jose::sign(claims, key, "at+jwt");
    auto const verifier = *Verifier::start({.issuer                       = issuer.issuer(),
                                            .audience                     = "notes",
                                            .credential                   = FeedServer::kCredential,
                                            .allow_plain_http_on_loopback = true},
                                           30s);
    ASSERT_TRUE(verifier->verify(token));
    issuer.wait_for_confirmation(issuer.revoke(revocation::Kind::session, "s1").sequence);
    claims.token_id("t2");
    for (auto const& refused : {token, "Bearer " + *jose::sign(claims, key, "at+jwt")}) {
        std::size_t nth = 1;
        for (bool struck = true; struck; ++nth) {
            AllocationFailure const failure{nth, Failing::once};
            auto const              who = verifier->verify(refused);
            struck                      = failure.struck();
            ASSERT_FALSE(who) << nth;
            EXPECT_TRUE(who.error().revoked == Revoked::session || who.error().status == 503 ||
                        who.error().cause == Errc::bad_signature)
                << nth << " " << who.error().description;
        }
        EXPECT_GT(nth, 2U) << "some allocation failed";
    }
}

// What was kept beside a token for which there was no memory is found as before.
TEST(TokenCache, KeepsNothingWhereMemoryRunsOut)
{
    constexpr int    kFull = 4;  // one set of neighbours
    jose::Time const time{1'800'000'000s};
    auto const       value = std::make_shared<int const>(7);
    auto const       token = [](int number) { return "header.payload.signature-" + std::to_string(number); };
    auto const       terms = [&](int minutes) {
        return jose::TokenCacheTerms{
                  .keys = 1, .verified_at = time, .usable_until = time + std::chrono::minutes{minutes}};
    };
    auto const longer = std::string(500, 'x');
    for (int const kept : {0, kFull}) {
        std::size_t nth = 1;
        for (bool struck = true; struck; ++nth) {
            jose::TokenCache<int> const cache{kFull};
            for (int i = 0; i < kept; ++i) cache.keep(token(i), terms(10 + i), value);
            {
                AllocationFailure const failure{nth, Failing::once};
                cache.keep(longer, terms(20), value);
                struck = failure.struck();
            }
            EXPECT_EQ(cache.find(longer, 1, time), struck ? nullptr : value) << nth;
            for (int i = 1; i < kept; ++i) EXPECT_EQ(cache.find(token(i), 1, time), value) << i;
            cache.keep(longer, terms(20), value);
            EXPECT_EQ(cache.find(longer, 1, time), value) << "once more, after " << nth;
        }
        EXPECT_GT(nth, 2U) << "some allocation failed";
    }
}

}  // namespace
}  // namespace signet

int main(int argc, char** argv)
{
    jose::test::install_failing_allocator();
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
