#include "verifier/event_stream.hpp"

#include <gtest/gtest.h>

namespace signet {
namespace {

using Events = std::vector<std::string>;

Events read(std::string_view text, std::size_t piece = 1UL << 20)
{
    EventStream stream{100};
    Events      all;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        auto const events = stream.take(text.substr(0, piece));
        EXPECT_TRUE(events) << events.error();
        all.insert(all.end(), events->begin(), events->end());
    }
    return all;
}

TEST(EventStream, GivesTheDataOfEachEventInWhateverPiecesItComes)
{
    constexpr std::string_view kText = "event: heartbeat\nid: 1\ndata: a.b.c\n\n: a comment\n\ndata:d\n\n";
    for (std::size_t const piece : {1UL, 2UL, 5UL, 1000UL})
        EXPECT_EQ(read(kText, piece), (Events{"a.b.c", "d"})) << piece;
}

TEST(EventStream, TakesEachEndOfALine)
{
    for (std::size_t const piece : {1UL, 2UL, 1000UL}) {
        EXPECT_EQ(read("data: a\r\n\r\ndata: b\r\n\r\n", piece), (Events{"a", "b"}));
        EXPECT_EQ(read("data: a\r\rdata: b\r\r", piece), (Events{"a", "b"}));
    }
}

TEST(EventStream, JoinsTheLinesOfOneEvent)
{
    EXPECT_EQ(read("data: a\ndata: b\n\n"), Events{"a\nb"});
    EXPECT_EQ(read("data: a\ndata\n\n"), Events{"a\n"});
    EXPECT_EQ(read("data:  a\n\n"), Events{" a"}) << "one space belongs to the field";
}

TEST(EventStream, WaitsForTheEndOfAnEvent)
{
    EXPECT_EQ(read("data: a\n"), Events{});
    EXPECT_EQ(read("event: heartbeat\n\n"), Events{}) << "no data, no event";
    EXPECT_EQ(read("dataset: a\nData: b\n data: c\n\n"), Events{}) << "other fields";
}

TEST(EventStream, RefusesAnEventThatIsTooLong)
{
    EXPECT_EQ(read("data: " + std::string(100, 'x') + "\n\n"), Events{std::string(100, 'x')});
    for (auto const& text : {"data: " + std::string(101, 'x') + "\n\n", std::string(107, 'x'),
                             "data: " + std::string(60, 'x') + "\ndata: " + std::string(60, 'x') + "\n\n"}) {
        EventStream stream{100};
        for (auto const& bytes : {text, std::string{"\n\ndata: a\n\n"}}) {
            auto const events = stream.take(bytes);
            ASSERT_FALSE(events);
            EXPECT_EQ(events.error(), "an event is too long");
        }
    }
}

}  // namespace
}  // namespace signet
