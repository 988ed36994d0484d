#include "gateway/session_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "gateway/session_source_fake.hpp"

namespace signet::gateway {
namespace {

using namespace std::chrono_literals;
using test::cookie;
using test::refused;
using test::token;
using ::testing::HasSubstr;

class SessionTokensTest : public ::testing::Test {
protected:
    SessionTokensTest() { start({}); }

    void start(SessionTokensOptions options)
    {
        tokens_.reset();
        options.clock = [this] { return now_; };
        tokens_ = std::make_unique<SessionTokens>(std::make_unique<test::FakeSource>(questions_), metrics_, options);
    }

    // Has come when it is answered.
    std::shared_ptr<std::optional<FoundSession>> look_up(std::string_view text = cookie())
    {
        auto found = std::make_shared<std::optional<FoundSession>>();
        tokens_->find(text, [found](FoundSession const& session) {
            EXPECT_FALSE(*found) << "answered twice";
            *found = session;
        });
        return found;
    }
    std::string now(std::string_view text = cookie())
    {
        auto const found = look_up(text);
        if (!*found) return "waits";
        return (*found)->authorization ? *(*found)->authorization : std::string{name((*found)->result)};
    }
    void know(std::string_view text = cookie(), IssuerAnswer answer = token("t1"))
    {
        auto const found = look_up(text);
        questions_.answer(std::move(answer));
        ASSERT_TRUE(*found);
    }

    Metrics                               metrics_;
    test::Questions                       questions_;
    std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
    std::unique_ptr<SessionTokens>        tokens_;
};

TEST_F(SessionTokensTest, TheIssuerIsAskedOnceForACookie)
{
    auto const first  = look_up();
    auto const second = look_up();
    EXPECT_FALSE(*first);
    EXPECT_EQ(questions_.asked(), 1U);
    EXPECT_EQ(questions_.last(), cookie());

    questions_.answer(token("t1"));
    for (auto const& found : {first, second}) {
        ASSERT_TRUE(*found);
        EXPECT_EQ((*found)->result, LookUp::asked);
        EXPECT_EQ(*(*found)->authorization, "Bearer t1");
    }
    EXPECT_EQ(now(), "Bearer t1");
    EXPECT_EQ((*look_up())->result, LookUp::remembered);
    EXPECT_EQ(questions_.asked(), 1U);
}

TEST_F(SessionTokensTest, OneCookieSaysNothingOfAnother)
{
    know();
    EXPECT_EQ(now(cookie('B')), "waits");
    questions_.answer(token("t2"));
    EXPECT_EQ(now(cookie('B')), "Bearer t2");
    EXPECT_EQ(now(), "Bearer t1");
}

TEST_F(SessionTokensTest, WhatHasNotTheFormOfACookieIsNotAskedAbout)
{
    for (auto const& text :
         {std::string{}, std::string{"x"}, cookie() + "A", cookie().substr(1), "srt_" + std::string(64, 'A'),
          cookie('='), cookie('\n'), cookie('"'), std::string(1'000'000, 'A')})
        EXPECT_EQ(now(text), "malformed");
    EXPECT_EQ(questions_.asked(), 0U);
}

TEST_F(SessionTokensTest, ARefusalIsRememberedForAMinute)
{
    know(cookie(), refused());
    now_ += 59s;
    EXPECT_EQ(now(), "refused");
    EXPECT_EQ(questions_.asked(), 1U);
    now_ += 1s;
    EXPECT_EQ(now(), "waits");
}

TEST_F(SessionTokensTest, ThatNobodyAnsweredIsNotRemembered)
{
    auto const found = look_up();
    questions_.answer({});
    EXPECT_EQ((*found)->result, LookUp::unreachable);
    EXPECT_EQ(now(), "waits");
}

TEST_F(SessionTokensTest, ATokenIsRenewedBehindTheBackOfThoseWhoUseIt)
{
    know();
    now_ += 7min + 29s;
    EXPECT_EQ(now(), "Bearer t1");
    EXPECT_EQ(questions_.asked(), 1U);
    now_ += 1s;
    EXPECT_EQ(now(), "Bearer t1");
    EXPECT_EQ(now(), "Bearer t1");
    EXPECT_EQ(questions_.asked(), 2U) << "once";
    questions_.answer(token("t2"));
    EXPECT_EQ(now(), "Bearer t2");
}

TEST_F(SessionTokensTest, ATokenThatCannotBeRenewedIsUsedUntilItEnds)
{
    know();
    now_ += 8min;
    EXPECT_EQ(now(), "Bearer t1");
    questions_.answer({});
    EXPECT_EQ(now(), "Bearer t1");
    EXPECT_EQ(questions_.asked(), 2U) << "not at every request";
    now_ += 5s;
    EXPECT_EQ(now(), "Bearer t1");
    EXPECT_EQ(questions_.asked(), 3U);
    questions_.answer({});
    now_ += 1min + 44s;
    EXPECT_EQ(now(), "Bearer t1");
    questions_.answer({});
    now_ += 1s;  // ten seconds before its end
    EXPECT_EQ(now(), "waits");
    questions_.answer({});
}

TEST_F(SessionTokensTest, ASessionThatIsFoundOverAtARenewalIsOver)
{
    know();
    now_ += 8min;
    EXPECT_EQ(now(), "Bearer t1");
    questions_.answer(refused());
    EXPECT_EQ(now(), "refused");
}

// Or it would become idle while it is used.
TEST_F(SessionTokensTest, AShortSessionIsAskedAboutLongBeforeItIsIdle)
{
    know(cookie(), token("t1", 10min, 80s));
    now_ += 9s;
    EXPECT_EQ(now(), "Bearer t1");
    EXPECT_EQ(questions_.asked(), 1U);
    now_ += 1s;
    EXPECT_EQ(now(), "Bearer t1");
    EXPECT_EQ(questions_.asked(), 2U);
    questions_.answer({});
    now_ += 70s;
    EXPECT_EQ(now(), "waits") << "it is over, whatever the token says";
}

TEST_F(SessionTokensTest, WhatIsForgottenIsAskedForAgain)
{
    know();
    tokens_->forget(cookie(), "Bearer another");
    EXPECT_EQ(now(), "Bearer t1") << "somebody else has a better one";
    tokens_->forget(cookie(), "Bearer t1");
    EXPECT_EQ(now(), "waits");
}

TEST_F(SessionTokensTest, WhatIsRefusedHereIsNotAskedFor)
{
    know();
    tokens_->refuse(cookie());
    EXPECT_EQ(now(), "refused");
    EXPECT_EQ(questions_.asked(), 1U);
}

TEST_F(SessionTokensTest, TheLeastRecentlyUsedMakesRoom)
{
    start({.most_tokens = 2});
    know(cookie('A'));
    know(cookie('B'));
    EXPECT_EQ(now(cookie('A')), "Bearer t1");
    know(cookie('C'));
    EXPECT_EQ(now(cookie('A')), "Bearer t1");
    EXPECT_EQ(now(cookie('B')), "waits");
}

TEST_F(SessionTokensTest, GarbageEvictsNoToken)
{
    start({.most_tokens = 2, .most_refused = 2});
    know(cookie('A'));
    for (char c = 'a'; c <= 'z'; ++c) know(cookie(c), refused());
    EXPECT_EQ(now(cookie('A')), "Bearer t1");
    EXPECT_EQ(now(cookie('z')), "refused");
    EXPECT_EQ(now(cookie('a')), "waits") << "nor is it kept for ever";
}

TEST_F(SessionTokensTest, NoMoreThanSoManyAreAskedAbout)
{
    start({.most_asked = 2, .most_waiting = 4});
    auto const a = look_up(cookie('a'));
    auto const b = look_up(cookie('b'));
    EXPECT_EQ(now(cookie('c')), "unreachable");
    EXPECT_EQ(now(cookie('a')), "waits");
    EXPECT_EQ(now(cookie('a')), "waits");
    EXPECT_EQ(now(cookie('a')), "unreachable") << "nor so many requests wait";
    questions_.answer(token("t1"));
    EXPECT_TRUE(*a);
    EXPECT_EQ(now(cookie('c')), "waits");
    EXPECT_FALSE(*b);
}

TEST_F(SessionTokensTest, WhatIsRememberedIsFoundWhenNoMoreMayBeAsked)
{
    start({.most_asked = 1});
    know(cookie('a'));
    look_up(cookie('b'));
    now_ += 8min;
    EXPECT_EQ(now(cookie('a')), "Bearer t1");
}

// Cookies that nobody knows take the places of each other, not of those who are signed in.
TEST_F(SessionTokensTest, AmongMuchGarbageASessionIsStillRenewed)
{
    start({.most_asked = 4});
    know(cookie('a'));
    for (char c = 'b'; c <= 'e'; ++c) look_up(cookie(c));
    EXPECT_EQ(now(cookie('f')), "unreachable");
    auto const before = questions_.asked();
    now_ += 8min;
    EXPECT_EQ(now(cookie('a')), "Bearer t1");
    EXPECT_EQ(questions_.asked(), before + 1) << "it is being renewed";
}

TEST_F(SessionTokensTest, WhoStillWaitsAtTheEndIsAnswered)
{
    auto const found = look_up();
    tokens_.reset();
    ASSERT_TRUE(*found);
    EXPECT_EQ((*found)->result, LookUp::unreachable);
}

TEST_F(SessionTokensTest, IsCounted)
{
    know();
    EXPECT_EQ(now(), "Bearer t1");
    EXPECT_EQ(now("x"), "malformed");
    know(cookie('B'), refused());
    auto const text = metrics_.text();
    for (auto const* line :
         {"signet_gateway_session_lookups_total{result=\"remembered\"} 1",
          "signet_gateway_session_lookups_total{result=\"asked\"} 1",
          "signet_gateway_session_lookups_total{result=\"refused\"} 1",
          "signet_gateway_session_lookups_total{result=\"malformed\"} 1",
          "signet_gateway_session_lookups_total{result=\"unreachable\"} 0",
          "signet_gateway_session_questions_total{answer=\"token\"} 1",
          "signet_gateway_session_questions_total{answer=\"refused\"} 1", "signet_gateway_sessions_remembered 1"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(SessionTokensTest, ManyThreadsAreEachAnsweredOnce)
{
    std::atomic<int>  answered = 0;
    std::atomic<bool> done     = false;
    std::jthread      issuer{[&] {
        while (!done || questions_.open() > 0)
            if (questions_.open() > 0)
                questions_.answer(questions_.asked() % 3 == 0 ? refused() : token("t"));
            else
                std::this_thread::yield();
    }};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 2'000; ++i) {
                    auto const text = cookie(static_cast<char>('a' + i % 26));
                    tokens_->find(text, [&](FoundSession const&) { ++answered; });
                    if (i % 7 == 0) tokens_->refuse(text);
                    if (i % 5 == 0) tokens_->forget(text, "Bearer t");
                }
            });
    }
    done = true;
    issuer.join();
    EXPECT_EQ(answered, 8'000);
}

}  // namespace
}  // namespace signet::gateway
