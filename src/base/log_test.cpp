#include "base/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/log_scope.hpp"

namespace signet::log {
namespace {

std::string written(Format format, std::string_view message, std::initializer_list<Field> fields)
{
    configure(Level::info, format);
    testing::internal::CaptureStderr();
    write(Level::warning, message, fields);
    return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesOneReadableLine)
{
    auto const line = written(Format::text, "signed in", {{"user", "ann@example.com"}, {"tries", 3}, {"agent", "A B"}});
    EXPECT_NE(line.find("Z warning signed in user=ann@example.com tries=3 agent=\"A B\"\n"), line.npos) << line;
}

TEST(Log, WritesJsonThatParses)
{
    auto const line   = written(Format::json, "signed \"in\"", {{"agent", "a\\b\n\x1B[31m"}, {"tag", "\U000E0041"}});
    auto const object = json::parse_object(line);
    ASSERT_TRUE(object) << line;
    EXPECT_EQ(object->find("level")->string(), "warning");
    EXPECT_EQ(object->find("message")->string(), "signed \"in\"");
    EXPECT_EQ(object->find("agent")->string(), "a\\b\n\x1B[31m");
    EXPECT_EQ(object->find("tag")->string(), "\U000E0041");
}

TEST(Log, NamesTheRequestInEveryLineThatItCauses)
{
    {
        RequestScope const outer{"ab-1", "0af7651916cd43dd8448eb211c80319c"};
        EXPECT_NE(
            written(Format::text, "x", {{"a", 1}}).find("x a=1 request=ab-1 trace=0af7651916cd43dd8448eb211c80319c\n"),
            std::string::npos);
        EXPECT_NE(written(Format::text, "x", {{"request", "own"}}).find("x request=own trace="), std::string::npos);
        {
            RequestScope const inner{"ab-2", ""};
            EXPECT_NE(written(Format::json, "x", {}).find(R"("message":"x","request":"ab-2"})"), std::string::npos);
        }
        EXPECT_EQ(RequestScope::current(), &outer);
    }
    EXPECT_NE(written(Format::text, "x", {}).find("warning x\n"), std::string::npos);
}

// CHECKS E33
TEST(Log, CannotBeForgedByAValue)
{
    for (auto const format : {Format::text, Format::json}) {
        auto const line = written(format, "m\r\nforged",
                                  {{"agent", "x\n2026 info forged \x1B[2J\x7F\xC2\x9B \u202Egnp \u2066 \u2028 \xFF"}});
        EXPECT_EQ(std::ranges::count(line, '\n'), 1) << line;
        EXPECT_EQ(line.back(), '\n');
        for (auto const* bad : {"\r", "\x1B", "\x7F", "\xC2\x9B", "\u202E", "\u2066", "\u2028", "\xFF"})
            EXPECT_EQ(line.find(bad), line.npos) << line;
        EXPECT_NE(line.find("\\u202e"), line.npos) << line;
    }
}

TEST(Log, CutsALongValue)
{
    auto const line = written(Format::text, std::string(10'000, 'm'), {{"agent", std::string(100'000, 'x')}});
    EXPECT_LT(line.size(), 1000u);
    EXPECT_NE(line.find("..."), line.npos);
}

TEST(Log, KeepsQuietBelowItsLevel)
{
    configure(Level::error, Format::text);
    testing::internal::CaptureStderr();
    warning("not this");
    error("this");
    auto const text = testing::internal::GetCapturedStderr();
    EXPECT_EQ(text.find("not this"), text.npos);
    EXPECT_NE(text.find("error   this"), text.npos) << text;
}

}  // namespace
}  // namespace signet::log
