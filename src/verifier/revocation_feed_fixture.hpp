// verifier/revocation_feed_fixture.hpp - for tests: an issuer who revokes, and a feed that follows him.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <thread>

#include "verifier/feed_server.hpp"
#include "verifier/revocation_feed.hpp"
#include "verifier/state_log.hpp"

namespace signet {

using namespace std::chrono_literals;

// Nothing here waits for as long as a test may take.
template <class Condition>
bool soon(Condition const& holds)
{
    for (auto const end = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < end;) {
        if (holds()) return true;
        std::this_thread::sleep_for(2ms);
    }
    return false;
}

class RevocationFeeds : public ::testing::Test {
protected:
    RevocationFeeds() { issuer.beat_every(100ms); }

    RevocationFeed::Options options()
    {
        return {.terms         = {.revocations = {.url = issuer.issuer() + "/revocations", .plain_http = true},
                                  .issuer      = issuer.issuer(),
                                  .ca_file     = {},
                                  .credential  = FeedServer::kCredential,
                                  .limits      = {.degraded_after = 1s, .stale_after = 2s}},
                .clock_skew    = 30s,
                .cooldown      = 0s,
                .longest_stale = 1h,
                .on_state      = states.recorder()};
    }

    void start()
    {
        feed.emplace(options());
        ASSERT_TRUE(feed->wait_until_live(30s));
    }

    [[nodiscard]] bool is_revoked(std::string_view session) const
    {
        return feed->revoked().find({.session = revocation::hash_subject(revocation::Kind::session, session)}) ==
               revocation::Kind::session;
    }
    [[nodiscard]] VerifierStatus status() const
    {
        VerifierStatus status;
        feed->describe(status);
        return status;
    }

    FeedServer                    issuer;
    StateLog                      states;
    std::optional<RevocationFeed> feed;
};

}  // namespace signet
