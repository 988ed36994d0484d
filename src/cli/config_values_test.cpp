#include "cli/config_values.hpp"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

TEST(ConfigValues, ReadsADurationInEveryUnit)
{
    EXPECT_EQ(parse_duration("250ms"), 250ms);
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("10m"), 10min);
    EXPECT_EQ(parse_duration("1h"), 1h);
    EXPECT_EQ(parse_duration("30d"), 720h);
    EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(ConfigValues, RefusesADurationThatIsNotANumberAndOneUnit)
{
    for (auto const* text : {"", "30", "s", "-30s", "1.5h", "30 s", "30S", "1h30m", "30sec", "1e3s", "99999999999d",
                             "18446744073709551616s"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(ConfigValues, WritesADurationWithTheLargestUnitThatFits)
{
    EXPECT_EQ(format_duration(0s), "0s");
    EXPECT_EQ(format_duration(250ms), "250ms");
    EXPECT_EQ(format_duration(90s), "90s");
    EXPECT_EQ(format_duration(120s), "2m");
    EXPECT_EQ(format_duration(720h), "30d");
}

TEST(ConfigValues, ReadsAnAddressAndItsPort)
{
    EXPECT_EQ(parse_host_port("localhost:8443"), (HostPort{"localhost", 8443}));
    EXPECT_EQ(parse_host_port("127.0.0.1:0"), (HostPort{"127.0.0.1", 0}));
    EXPECT_EQ(parse_host_port("[::1]:8443"), (HostPort{"::1", 8443}));
}

TEST(ConfigValues, RefusesAnAddressWithoutHostOrPort)
{
    for (auto const* text : {"", "localhost", ":8443", "localhost:", "localhost:65536", "localhost:-1",
                             "localhost:http", "::1:8443", "[]:1", "https://localhost:8443", "a b:1", "user@host:1"})
        EXPECT_FALSE(parse_host_port(text)) << text;
}

TEST(ConfigValues, WritesAnIPv6AddressInBrackets)
{
    EXPECT_EQ(format_host_port({"::1", 8443}), "[::1]:8443");
    EXPECT_EQ(format_host_port({"localhost", 1}), "localhost:1");
}

// What is written must be what is read: the reference shows defaults this way.
TEST(ConfigValues, EveryDefaultCanBeReadBack)
{
    for (auto const& setting : settings()) {
        Config defaults;
        auto   text = written_value(setting, defaults);
        if (text.starts_with('[')) text = "";
        if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
        Config read;
        // Empty paths are no exceptions: they have no bounds.
        EXPECT_TRUE(assign(setting, read, {.text = text})) << label(setting) << " = " << text;
        EXPECT_EQ(written_value(setting, read), written_value(setting, defaults)) << label(setting);
    }
}

TEST(ConfigValues, EverySettingHasDocumentationAndAName)
{
    for (auto const& setting : settings()) {
        EXPECT_FALSE(setting.doc.empty()) << label(setting);
        EXPECT_TRUE(setting.doc.ends_with('.')) << label(setting);
        EXPECT_FALSE(type_name(setting).empty()) << label(setting);
    }
}

}  // namespace
}  // namespace signet::cli
