// The end of a fetch whose issuer's name is being looked up, by servers that do not answer.
//
// NB: libcurl calls the getaddrinfo() of this program, on a thread of its own.
#include <gtest/gtest.h>
#include <netdb.h>

#include <thread>

#include "verifier/fetch_log.hpp"
#include "verifier/key_set_feed.hpp"
#include "verifier/transfer.hpp"

namespace {

using namespace std::chrono_literals;

// Thread-safe.
class Resolver {
public:
    // What getaddrinfo() does: nothing, until it is told to give up, or much later than anybody may wait for it.
    void resolve()
    {
        std::unique_lock lock{mutex_};
        is_asking_ = true;
        changed_.notify_all();
        changed_.wait_for(lock, 30s, [this] { return gives_up_; });
        is_asking_ = false;
        changed_.notify_all();
    }
    void wait_until_asked()
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return is_asking_; });
    }
    [[nodiscard]] bool is_asking() const
    {
        std::scoped_lock const lock{mutex_};
        return is_asking_;
    }
    void give_up()
    {
        std::unique_lock lock{mutex_};
        gives_up_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !is_asking_; });
        gives_up_ = false;
    }

private:
    mutable std::mutex      mutex_;
    std::condition_variable changed_;
    bool                    is_asking_ = false;
    bool                    gives_up_  = false;
};

Resolver resolver;

signet::KeySetAddress const kUnknown{.url = "http://id.invalid/", .plain_http = true};

}  // namespace

extern "C" int getaddrinfo(char const*, char const*, addrinfo const*, addrinfo**)
{
    resolver.resolve();
    return EAI_AGAIN;
}

namespace {

TEST(SlowResolver, IsNotWaitedForByAFetchThatIsStopped)
{
    std::stop_source stop;
    std::jthread     stopper{[&] {
        resolver.wait_until_asked();
        stop.request_stop();
    }};
    EXPECT_FALSE(signet::fetch({.from = kUnknown, .ca_file = {}, .etag = {}}, stop.get_token()));
    EXPECT_TRUE(resolver.is_asking());
    resolver.give_up();
}

TEST(SlowResolver, IsNotWaitedForByAFeedThatEnds)
{
    {
        signet::KeySetFeed const feed{
            {.from = kUnknown, .ca_file = {}, .cooldown = 0s, .longest_stale = 1h, .on_fetch = {}}};
        resolver.wait_until_asked();
    }
    EXPECT_TRUE(resolver.is_asking());
    resolver.give_up();
}

TEST(SlowResolver, IsNotWaitedForByATransferThatIsGivenUp)
{
    signet::Transfers transfers;
    {
        signet::Transfer const transfer{transfers,
                                        {.to = kUnknown, .ca_file = {}, .credential = "x", .accept = "text/plain"},
                                        [](std::string_view) { return true; }};
        transfers.wait(0ms);
        resolver.wait_until_asked();
    }
    transfers.wait(0ms);
    EXPECT_TRUE(resolver.is_asking());
    resolver.give_up();
}

}  // namespace
