#include "http/chunked_body.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

using namespace std::string_literals;

constexpr std::size_t kLimit = 100;

struct Outcome {
    std::string            body;
    std::string            left;
    bool                   complete = false;
    std::optional<Refusal> refusal;
};

// Feeds `text` in pieces of `step` bytes.
Outcome decode(std::string_view text, std::size_t step)
{
    ChunkedBody chunks;
    Outcome     outcome;
    for (std::size_t at = 0; at < text.size(); at += step) {
        outcome.left += text.substr(at, step);
        if (outcome.complete) continue;
        auto const progress = chunks.decode(outcome.left, outcome.body, kLimit);
        if (!progress) {
            outcome.refusal = progress.error();
            return outcome;
        }
        outcome.left.erase(0, progress->consumed);
        outcome.complete = progress->complete;
    }
    return outcome;
}

TEST(ChunkedBody, PutsTogetherWhatComesInAnyPieces)
{
    for (std::size_t const step : {1U, 2U, 3U, 7U, 1000U}) {
        auto const outcome = decode("3\r\nabc\r\nA ; x = \"y\"\r\n0123456789\r\n000\r\nX-One: 1\r\n\r\nGET /", step);
        EXPECT_TRUE(outcome.complete) << step;
        EXPECT_EQ(outcome.body, "abc0123456789") << step;
        EXPECT_EQ(outcome.left, "GET /") << step;
    }
}

TEST(ChunkedBody, WaitsForWhatIsMissing)
{
    for (auto const* text : {"", "3", "3\r", "3\r\n", "3\r\nab", "3\r\nabc", "3\r\nabc\r", "3\r\nabc\r\n0\r\n",
                             "3\r\nabc\r\n0\r\n\r", "3\r\nabc\r\n0\r\nX: y\r\n"}) {
        auto const outcome = decode(text, 1);
        EXPECT_FALSE(outcome.complete) << text;
        EXPECT_EQ(outcome.refusal, std::nullopt) << text;
    }
}

// CHECKS E1
TEST(ChunkedBody, RefusesWrongFraming)
{
    for (auto const& text : {"\r\n"s,
                             "x\r\n"s,
                             "-1\r\n"s,
                             "+1\r\na\r\n"s,
                             "0x1\r\na\r\n"s,
                             " 1\r\na\r\n"s,
                             "1 \r\na\r\n"s,
                             "1 x\r\na\r\n"s,
                             "1\na\r\n"s,
                             "\n"s,
                             "1\ra\r\n"s,
                             "1\r\nab\r\n"s,
                             "1\r\na\n"s,
                             "1\r\n\r\n\r\n"s,
                             "000000001\r\na\r\n"s,
                             "FFFFFFFFFFFFFFFFF\r\n"s,
                             "1;a=\"\0\"\r\na\r\n"s,
                             "1;\x01\r\na\r\n"s,
                             "1;a=\"\n\"\r\na\r\n"s,
                             "0\n\n"s,
                             "0\r\nX\r\n\r\n"s,
                             "0\r\n: y\r\n\r\n"s,
                             "0\r\nX : y\r\n\r\n"s,
                             "0\r\nX: y\r\n z\r\n\r\n"s,
                             "0\r\nX: \0\r\n\r\n"s,
                             "0\r\nX: y\n\r\n"s})
        for (std::size_t const step : {1U, 1000U}) EXPECT_EQ(decode(text, step).refusal, kBadRequest) << text;
}

TEST(ChunkedBody, RefusesABodyOverTheLimitByItsAnnouncedSize)
{
    EXPECT_EQ(decode("65\r\n", 1000).refusal, kPayloadTooLarge);
    EXPECT_EQ(decode("64\r\n" + std::string(100, 'a') + "\r\n1\r\n", 1000).refusal, kPayloadTooLarge);
    EXPECT_EQ(decode("FFFFFFFF\r\n", 1000).refusal, kPayloadTooLarge);
    EXPECT_EQ(decode("64\r\n" + std::string(100, 'a') + "\r\n0\r\n\r\n", 1000).refusal, std::nullopt);
}

TEST(ChunkedBody, BoundsExtensionsAndTrailers)
{
    EXPECT_EQ(decode("1;" + std::string(300, 'x'), 1000).refusal, kBadRequest);
    std::string many;
    for (int i = 0; i < 10; ++i) many += "1;" + std::string(200, 'x') + "\r\na\r\n";
    EXPECT_EQ(decode(many, 1000).refusal, kBadRequest);
    EXPECT_EQ(decode("0\r\nX: " + std::string(300, 'x'), 1000).refusal, kBadRequest);
    std::string trailers = "0\r\n";
    for (int i = 0; i < 20; ++i) trailers += "X: " + std::string(200, 'x') + "\r\n";
    EXPECT_EQ(decode(trailers, 1000).refusal, kHeaderTooLarge);
}

}  // namespace
}  // namespace signet::http
