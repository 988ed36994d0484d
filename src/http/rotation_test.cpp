// Four days of automatic rotations, seen by a server that caches the key set for as long as it is told to, and asks for
// nothing in between. CHECKS E27.
#include <gtest/gtest.h>

#include <charconv>
#include <deque>
#include <set>

#include "core/access_token.hpp"
#include "http/testing/site.hpp"
#include "jose/jwt.hpp"
#include "jose/key_set.hpp"

namespace signet::http {
namespace {

using namespace std::chrono_literals;
using testing::get;
using testing::header;

core::Settings rotating_daily()
{
    auto settings              = core::testing::cheap_settings();
    settings.tokens.algorithm  = jose::Algorithm::eddsa;
    settings.keys.rotate_every = 24h;
    return settings;
}

std::chrono::seconds max_age(Response const& response)
{
    auto const text  = header(response, "Cache-Control");
    auto const at    = text.find("max-age=") + 8;
    int        value = 0;
    std::from_chars(text.data() + at, text.data() + text.size(), value);
    return std::chrono::seconds{value};
}

// Knows the key set of its last fetch and the clock, nothing else.
class CachingVerifier {
public:
    explicit CachingVerifier(testing::Site& site) : site_(site) {}

    bool accepts(std::string const& token)
    {
        auto const now = site_.world.clock.now();
        if (now >= fresh_until_) fetch(now);
        return jose::verify(token, keys_, policy_, now).has_value();
    }

private:
    void fetch(TimePoint now)
    {
        auto const response = site_.ask(get("/.well-known/jwks.json"));
        keys_               = jose::KeySet::parse(response.body).value();
        fresh_until_        = now + max_age(response);
    }

    testing::Site& site_;
    jose::KeySet   keys_;
    jose::Policy   policy_ = jose::Policy::create({.issuer     = site_.world.settings.tokens.issuer,
                                                   .audience   = site_.world.settings.tokens.audience,
                                                   .type       = "at+jwt",
                                                   .algorithms = {jose::Algorithm::eddsa}})
                               .value();
    TimePoint fresh_until_{};
};

TEST(Rotation, OnScheduleNeverMeetsAVerifierThatLacksTheKey)
{
    testing::Site   site{{.core = rotating_daily()}};
    auto&           world   = site.world;
    auto const      user    = world.add_user();
    auto const      grant   = world.sign_in().value();
    auto const      session = world.stores.sessions().find_session(grant.session).value()->session;
    CachingVerifier verifier{site};

    struct Issued {
        std::string text;
        TimePoint   last_moment;
    };
    std::deque<Issued>    alive;
    std::set<std::string> kids;
    int                   verified = 0;
    for (auto const end = world.clock.now() + 4 * 24h; world.clock.now() < end; world.clock.advance(100s)) {
        ASSERT_TRUE(world.keyring.maintain());
        kids.emplace(world.keyring.current()->signing->kid());
        auto const now   = world.clock.now();
        auto const token = core::issue_access_token(world.ports, session, user, now).value();
        // At once, with what was fetched up to five minutes ago; and again when its life is nearly over.
        ASSERT_TRUE(verifier.accepts(token.text)) << verified;
        alive.push_back({token.text, now + token.expires_in - 100s});
        while (alive.front().last_moment <= now) {
            ASSERT_TRUE(verifier.accepts(alive.front().text)) << verified;
            alive.pop_front();
            ++verified;
        }
    }
    EXPECT_GE(kids.size(), 4U);
    EXPECT_GT(verified, 3400);
}

}  // namespace
}  // namespace signet::http
