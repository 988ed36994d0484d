#include "http/stream.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

using Ending = Stream::Ending;

Piece piece(std::string text)
{
    return std::make_shared<std::string const>(std::move(text));
}

class StreamTest : public ::testing::Test {
protected:
    std::string take(std::size_t enough = 1000)
    {
        std::string bytes;
        last_ = stream_->take(bytes, enough);
        return bytes;
    }

    int                     ended_  = 0;
    int                     woken_  = 0;
    Ending                  last_   = Ending::none;
    std::shared_ptr<Stream> stream_ = std::make_shared<Stream>(10, [this] { ++ended_; });
};

TEST_F(StreamTest, GivesPiecesInTheirOrderAsFarAsIsEnough)
{
    for (auto const* text : {"ab", "cd", "ef"}) stream_->push(piece(text));
    EXPECT_EQ(take(3), "abcd");
    EXPECT_EQ(take(3), "ef");
    EXPECT_EQ(take(3), "");
    EXPECT_EQ(last_, Ending::none);
}

TEST_F(StreamTest, WakesOnceForAllThatComeBeforeTheyAreTaken)
{
    stream_->attach([this] { ++woken_; });
    static_cast<void>(take());
    int const before = woken_;
    stream_->push(piece("a"));
    stream_->push(piece("b"));
    EXPECT_EQ(woken_, before + 1);
    EXPECT_EQ(take(), "ab");
    stream_->push(piece("c"));
    EXPECT_EQ(woken_, before + 2);
}

TEST_F(StreamTest, WakesForWhatCameBeforeAnyoneListened)
{
    stream_->push(piece("a"));
    stream_->attach([this] { ++woken_; });
    EXPECT_EQ(woken_, 1);
}

TEST_F(StreamTest, SendsWhatWaitsBeforeItIsFinished)
{
    stream_->push(piece("a"));
    stream_->finish();
    stream_->push(piece("too late"));
    EXPECT_EQ(ended_, 1);
    EXPECT_EQ(take(), "a");
    EXPECT_EQ(last_, Ending::finished);
}

// CHECKS E6
TEST_F(StreamTest, BreaksWhenMoreWaitsThanMay)
{
    stream_->push(piece("12345"));
    stream_->push(piece("67890"));
    EXPECT_FALSE(stream_->is_broken());
    stream_->push(piece("1"));
    EXPECT_TRUE(stream_->is_broken());
    EXPECT_EQ(ended_, 1);
    EXPECT_EQ(take(), "");
    EXPECT_EQ(last_, Ending::broken);
}

TEST_F(StreamTest, TellsOfItsEndAlsoWhomItHasTold)
{
    stream_->attach([this] { ++woken_; });
    stream_->push(piece("12345"));
    int const before = woken_;
    stream_->push(piece("678901"));
    EXPECT_EQ(woken_, before + 1);
}

TEST_F(StreamTest, CountsOnlyWhatStillWaits)
{
    for (int i = 0; i < 100; ++i) {
        stream_->push(piece("12345678"));
        EXPECT_EQ(take(), "12345678");
    }
    EXPECT_EQ(ended_, 0);
}

TEST_F(StreamTest, EndsWithItsLastHold)
{
    auto hold = std::make_shared<StreamHold>(stream_);
    auto copy = hold;
    hold.reset();
    EXPECT_EQ(ended_, 0);
    copy.reset();
    EXPECT_EQ(ended_, 1);
    EXPECT_TRUE(stream_->is_broken());
}

TEST_F(StreamTest, TellsItsEndOnce)
{
    stream_->finish();
    stream_->finish();
    stream_->leave();
    EXPECT_EQ(ended_, 1);
    EXPECT_TRUE(stream_->is_broken());
}

}  // namespace
}  // namespace signet::http
