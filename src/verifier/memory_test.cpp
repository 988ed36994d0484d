// What becomes of the issuer's keys when memory runs out while they are fetched, of that
// memory, and of a token that there is none to remember (CHECKS A43).
#include <curl/curl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/testing/replaced_new.hpp"
#include "verifier/fetch_log.hpp"
#include "verifier/key_server.hpp"
#include "verifier/key_set_feed.hpp"
#include "verifier/verifier_fixture.hpp"

namespace {

thread_local bool        is_fetching = false;      // of the thread of a feed
std::atomic<std::size_t> until_fail{0};            // of its allocations; 0: none fails
thread_local std::size_t most_granted = SIZE_MAX;  // bytes

// Each block that the thread of a feed gives back waits for an answer, as long as answers come.
std::atomic<bool>        asks_at_free{false};
std::atomic<std::size_t> questions{0};
std::atomic<std::size_t> answers{0};

// Of what libcurl takes on this thread.
thread_local long        curl_blocks     = 0;
thread_local std::size_t curl_until_fail = 0;  // 0: none fails

bool is_granted_to_curl()
{
    if (curl_until_fail == 0) return true;
    curl_until_fail -= 1;
    return curl_until_fail != 0;
}

template <class T>
T* counted(T* block)
{
    if (block != nullptr) curl_blocks += 1;
    return block;
}

// As early as this: libcurl takes them only the first time.
bool const curl_is_counted =
    curl_global_init_mem(
        CURL_GLOBAL_DEFAULT,
        [](std::size_t size) { return is_granted_to_curl() ? counted(std::malloc(size)) : nullptr; },
        [](void* block) {
            if (block != nullptr) curl_blocks -= 1;
            std::free(block);
        },
        [](void* block, std::size_t size) -> void* {
            if (!is_granted_to_curl()) return nullptr;
            return block == nullptr ? counted(std::malloc(size)) : std::realloc(block, size);
        },
        [](char const* text) { return is_granted_to_curl() ? counted(strdup(text)) : nullptr; },
        [](std::size_t count, std::size_t size) {
            return is_granted_to_curl() ? counted(std::calloc(count, size)) : nullptr;
        }) == CURLE_OK;

}  // namespace

bool signet::testing::is_granted(std::size_t size) noexcept
{
    if (size > most_granted) return false;
    if (!is_fetching || until_fail == 0) return true;
    until_fail -= 1;
    return until_fail != 0;
}

void signet::testing::before_free(void*) noexcept
{
    if (!is_fetching || !asks_at_free) return;
    questions += 1;
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (asks_at_free && answers < questions) {
        std::this_thread::yield();
        if (std::chrono::steady_clock::now() > end) asks_at_free = false;
    }
}

namespace {

using namespace std::chrono_literals;
using signet::FetchLog;
using signet::KeyServer;
using signet::KeySetFeed;

// One fetch fails, one brings a set, and of that one allocation after another; then
// the issuer says that nothing changed, which is true only for who has that set.
TEST(KeySetFeed, NeverTakesASetForKnownThatItCouldNotKeep)
{
    auto const key = jose::SigningKey::generate(jose::Algorithm::es256, "a");
    auto const set = *jose::KeySet::from({key->verification_key()})->to_json();
    ASSERT_TRUE(signet::parse_published(set)) << "and what is made once in a program is made";
    std::size_t failed = 0;
    for (std::size_t at = 1;; ++at) {
        KeyServer         server;
        FetchLog          log;
        std::atomic<bool> ran_out{false};
        server.answer("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        KeySetFeed feed{{.from          = {.url = server.issuer() + "/", .plain_http = true},
                         .ca_file       = {},
                         .cooldown      = 0s,
                         .longest_stale = 1h,
                         .on_fetch      = [&, record = log.recorder()](signet::KeySetReport const& report) {
                             ran_out     = is_fetching && until_fail.exchange(0) == 0;
                             is_fetching = true;
                             record(report);
                         }}};
        (void)log.report(0);

        server.answer_ok(set, "ETag: \"one\"\r\n");
        until_fail = at;
        feed.ask_again();
        auto const brought = log.report(1);
        bool const is_last = !ran_out;
        EXPECT_EQ(brought.problem.empty(), feed.current() != nullptr) << at;

        server.answer("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
        feed.ask_again();
        auto const unchanged = log.report(2);
        bool const asked     = server.request(2).contains("If-None-Match");
        EXPECT_EQ(unchanged.problem, asked ? "" : "the answer has status 304") << at;
        EXPECT_EQ(asked, feed.current() != nullptr) << at;
        if (is_last) break;
        ++failed;
    }
    EXPECT_GT(failed, 10U);
}

// The last holder of a set that was replaced may be the feed itself, and the end of it takes a while.
TEST(KeySetFeed, MakesNobodyWaitForTheEndOfAnOldSet)
{
    KeyServer  server;
    FetchLog   log;
    auto const publish = [&](std::string_view kid) {
        auto const key = jose::SigningKey::generate(jose::Algorithm::es256, kid);
        server.answer_ok(*jose::KeySet::from({key->verification_key()})->to_json());
    };
    publish("a");
    KeySetFeed feed{{.from          = {.url = server.issuer() + "/", .plain_http = true},
                     .ca_file       = {},
                     .cooldown      = 0s,
                     .longest_stale = 1h,
                     .on_fetch      = [&, record = log.recorder()](signet::KeySetReport const& report) {
                         is_fetching = true;
                         record(report);
                     }}};
    (void)log.report(0);

    publish("b");
    asks_at_free = true;
    std::jthread const reader{[&](std::stop_token const& stop) {
        while (!stop.stop_requested()) {
            if (answers == questions) {
                std::this_thread::yield();
                continue;
            }
            (void)feed.current();
            answers += 1;
        }
    }};
    feed.ask_again();
    (void)log.report(1);
    EXPECT_NE(feed.current()->keys.find("b"), nullptr);
    EXPECT_GT(questions, 10U);
    EXPECT_TRUE(asks_at_free.exchange(false)) << "a reader of the set in use had to wait";
}

using signet::VerifierTest;

// The largest thing that a request asks memory for is the table of what was seen before.
TEST_F(VerifierTest, TakesAGoodTokenThoughItCannotRememberIt)
{
    start();
    auto const token = bearer(claims());
    auto const check = [&](std::size_t bytes) {
        most_granted   = bytes;
        auto const who = verifier->verify(token);
        most_granted   = SIZE_MAX;
        return who;
    };
    for (int i = 0; i < 2; ++i) {
        auto const who = check(64UL * 1024);
        ASSERT_TRUE(who) << who.error().description;
        EXPECT_FALSE(who->seen_before());
    }
    EXPECT_FALSE(check(SIZE_MAX)->seen_before());
    EXPECT_TRUE(check(SIZE_MAX)->seen_before());
}

// Whichever of libcurl's allocations fails.
TEST(Fetch, GivesBackAllThatLibcurlTook)
{
    ASSERT_TRUE(curl_is_counted);
    KeyServer server;
    server.answer_ok("{}");
    auto const fetch = [&] {
        auto const before = curl_blocks;
        (void)signet::fetch(
            {.from = {.url = server.issuer() + "/", .plain_http = true}, .ca_file = {}, .etag = "\"one\""}, {});
        return curl_blocks - before;
    };
    EXPECT_EQ(fetch(), 0);
    std::size_t failed = 0;
    for (bool happened = true; happened; ++failed) {
        curl_until_fail = failed + 1;
        EXPECT_EQ(fetch(), 0) << failed;
        happened        = curl_until_fail == 0;
        curl_until_fail = 0;
    }
    EXPECT_GT(failed, 10U);
}

}  // namespace
