#include "verifier/key_set_feed.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "verifier/fetch_log.hpp"
#include "verifier/key_server.hpp"

namespace {

using namespace std::chrono_literals;
using signet::FetchLog;
using signet::KeyServer;
using signet::KeySetFeed;

std::string jwks(std::vector<std::string> const& kids)
{
    std::vector<jose::VerificationKey> keys;
    for (auto const& kid : kids)
        keys.push_back(jose::SigningKey::generate(jose::Algorithm::eddsa, kid)->verification_key());
    return *jose::KeySet::from(std::move(keys))->to_json();
}

KeySetFeed::Options options(KeyServer const& server, FetchLog& log)
{
    return {.from          = {.url = server.issuer() + "/.well-known/jwks.json", .plain_http = true},
            .ca_file       = {},
            .cooldown      = 0s,
            .longest_stale = 24h,
            .on_fetch      = log.recorder()};
}

bool holds(KeySetFeed const& feed, std::string_view kid)
{
    auto const snapshot = feed.current();
    return snapshot && snapshot->keys.find(kid) != nullptr;
}

TEST(KeySetFeed, HasTheIssuersKeysAfterItsFirstFetch)
{
    KeyServer server;
    FetchLog  log;
    server.answer_ok(jwks({"a"}));

    KeySetFeed const feed{options(server, log)};

    EXPECT_TRUE(feed.wait_for_first(10s));
    EXPECT_TRUE(holds(feed, "a"));
    EXPECT_EQ(log.report(0).problem, "");
    EXPECT_EQ(log.report(0).keys, 1U);
}

TEST(KeySetFeed, HasNoneUntilTheIssuerAnswersAndTriesAgainByItself)
{
    KeyServer server;
    FetchLog  log;
    server.answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    KeySetFeed const feed{options(server, log)};

    EXPECT_EQ(log.report(0).problem, "the answer has status 503");
    EXPECT_EQ(feed.current(), nullptr);
    server.answer_ok(jwks({"a"}));
    EXPECT_TRUE(feed.wait_for_first(10s));
}

TEST(KeySetFeed, FollowsARotationWhenAskedAgain)
{
    KeyServer server;
    FetchLog  log;
    server.answer_ok(jwks({"a"}));
    KeySetFeed feed{options(server, log)};
    (void)log.report(0);

    server.answer_ok(jwks({"a", "b"}));
    feed.ask_again();

    EXPECT_EQ(log.report(1).keys, 2U);
    EXPECT_TRUE(holds(feed, "b"));
}

TEST(KeySetFeed, FetchesAtOnceWhenTheIssuerItselfSaysThatThereIsNews)
{
    KeyServer server;
    FetchLog  log;
    server.answer_ok(jwks({"a"}));
    auto rarely     = options(server, log);
    rarely.cooldown = 1h;
    KeySetFeed feed{std::move(rarely)};
    (void)log.report(0);
    feed.ask_again();
    (void)log.report(1);

    server.answer_ok(jwks({"b"}));
    feed.ask_again();
    feed.fetch_now();

    EXPECT_EQ(log.report(2).keys, 1U);
    EXPECT_TRUE(holds(feed, "b"));
}

TEST(KeySetFeed, GoesOnWhenTheApplicationThrowsAtAReport)
{
    KeyServer server;
    FetchLog  log;
    server.answer_ok(jwks({"a"}));
    auto throwing     = options(server, log);
    throwing.on_fetch = [record = log.recorder()](signet::KeySetReport const& report) {
        record(report);
        throw std::runtime_error("the application's own trouble");
    };
    KeySetFeed feed{std::move(throwing)};
    (void)log.report(0);

    server.answer_ok(jwks({"a", "b"}));
    feed.ask_again();

    EXPECT_EQ(log.report(1).keys, 2U);
    EXPECT_TRUE(holds(feed, "b"));
}

// CHECKS A40
TEST(KeySetFeed, DropsKeysThatVanished)
{
    KeyServer server;
    FetchLog  log;
    server.answer_ok(jwks({"a", "b"}));
    KeySetFeed feed{options(server, log)};
    (void)log.report(0);

    server.answer_ok(jwks({"b"}));
    feed.ask_again();

    EXPECT_EQ(log.report(1).keys, 1U);
    EXPECT_FALSE(holds(feed, "a"));
}

// CHECKS A20
TEST(KeySetFeed, AFloodOfUnknownKidsCausesOneFetch)
{
    KeyServer server;
    FetchLog  log;
    server.answer_ok(jwks({"a"}));
    {
        auto once     = options(server, log);
        once.cooldown = 1h;
        KeySetFeed feed{std::move(once)};
        (void)log.report(0);
        auto const flood = [&feed] {
            for (int i = 0; i < 2'000; ++i) feed.ask_again();
        };
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i) threads.emplace_back(flood);
        }
        (void)log.report(1);
        flood();
    }
    EXPECT_EQ(server.requests(), 2U);
}

TEST(KeySetFeed, KeepsItsSetWhileTheIssuerIsWrong)
{
    KeyServer server;
    FetchLog  log;
    server.answer_ok(jwks({"a"}));
    KeySetFeed feed{options(server, log)};
    (void)log.report(0);

    std::string const oversized(signet::kLargestAnswer + 1, ' ');
    std::string const redirect =
        "HTTP/1.1 301 Moved Permanently\r\nLocation: /x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    std::vector<std::pair<std::string, std::string>> const wrong = {
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"keys\":", "malformed_key"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + oversized, "the answer is larger than 64 KiB"},
        {redirect, "the answer has status 301"},
        {"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n", "the answer has status 304"},
    };
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        server.answer(wrong[i].first);
        feed.ask_again();
        EXPECT_TRUE(log.report(i + 1).problem.starts_with(wrong[i].second)) << log.report(i + 1).problem;
        EXPECT_EQ(log.report(i + 1).keys, 1U);
        EXPECT_TRUE(holds(feed, "a"));
    }
}

TEST(KeySetFeed, KeepsItsSetWhenNothingChanged)
{
    KeyServer server;
    FetchLog  log;
    server.answer_ok(jwks({"a"}), "ETag: \"one\"\r\n");
    KeySetFeed feed{options(server, log)};
    (void)log.report(0);

    server.answer("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
    feed.ask_again();

    EXPECT_EQ(log.report(1).problem, "");
    EXPECT_TRUE(server.request(1).contains("If-None-Match: \"one\""));
    EXPECT_TRUE(holds(feed, "a"));
}

TEST(KeySetFeed, UsesAStaleSetNoLongerThanItMay)
{
    KeyServer server;
    FetchLog  log;
    server.answer_ok(jwks({"a"}));

    auto short_lived          = options(server, log);
    short_lived.longest_stale = -1s;  // too old when it comes; generation() reads a clock that may lag
    KeySetFeed const feed{std::move(short_lived)};

    EXPECT_EQ(log.report(0).problem, "");
    EXPECT_EQ(feed.current(), nullptr);
    EXPECT_EQ(feed.generation(), 0U) << "nor is anything that was checked with it";
}

TEST(KeySetFeed, NumbersItsSetsWhileTheyMayBeUsed)
{
    KeyServer  server;
    FetchLog   log;
    auto const one = jwks({"a"});
    server.answer_ok(one);
    KeySetFeed feed{options(server, log)};
    (void)log.report(0);
    EXPECT_EQ(feed.generation(), 1U);
    EXPECT_EQ(feed.current()->generation, 1U);

    feed.ask_again();
    (void)log.report(1);
    EXPECT_EQ(feed.generation(), 1U) << "the same keys";
    server.answer_ok(jwks({"a"}));
    feed.ask_again();
    (void)log.report(2);
    EXPECT_EQ(feed.generation(), 2U) << "another key of the same name";
    EXPECT_EQ(feed.current()->generation, 2U);
}

TEST(KeySetFeed, EndsWhileAFetchIsUnderWay)
{
    KeyServer server;  // told nothing: it never answers
    FetchLog  log;
    auto      begun = std::chrono::steady_clock::now();
    {
        KeySetFeed const feed{options(server, log)};
        (void)server.request(0);
        begun = std::chrono::steady_clock::now();
    }
    // It looks each second whether it is to end, and without that would wait for kLongestFetch.
    EXPECT_LT(std::chrono::steady_clock::now() - begun, signet::kLongestFetch * 4 / 5);
    EXPECT_EQ(server.requests(), 1U);
}

// CHECKS A21
TEST(PublishedKeySet, RefusesASymmetricKey)
{
    auto const set =
        R"({"keys":[{"kty":"oct","kid":"s","alg":"HS256","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}]})";
    EXPECT_EQ(signet::parse_published(set).error(), "the published set holds a symmetric key");
}

TEST(PublishedKeySet, RefusesWhatIsNoKeySet)
{
    for (auto const* text : {"", "null", "[]", "{}", R"({"keys":{}})", R"({"keys":[1]})", R"({"keys":[]} x)", "<html>"})
        EXPECT_FALSE(signet::parse_published(text)) << text;
}

}  // namespace
