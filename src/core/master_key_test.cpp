#include "core/master_key.hpp"

#include <gtest/gtest.h>

#include "core/testing/time_and_chance.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using testing::make_master_key;

Errc parse_error(std::string_view content)
{
    auto const key = MasterKey::parse(SecretString{content});
    return key ? Errc::not_found : key.error().code;
}

TEST(MasterKey, ReadsWhatItGenerates)
{
    testing::CountingRandom random;
    auto const              content = MasterKey::generate_file_content(random);
    EXPECT_EQ(content.size(), 65U);
    EXPECT_TRUE(content.reveal().ends_with('\n'));
    EXPECT_TRUE(MasterKey::parse(content));
    EXPECT_NE(MasterKey::generate_file_content(random).reveal(), content.reveal());
}

TEST(MasterKey, ReadsEitherCaseWithOrWithoutTheNewline)
{
    std::string const lower(64, 'c');
    std::string const upper(64, 'C');
    auto const        key = MasterKey::parse(SecretString{lower});
    ASSERT_TRUE(key);
    auto const other = MasterKey::parse(SecretString{upper + "\n"});
    ASSERT_TRUE(other);
    testing::CountingRandom random;
    EXPECT_TRUE(other->open(key->seal(SecretString{"text"}, "context", random), "context"));
}

TEST(MasterKey, RefusesAFileThatIsNot64HexadecimalDigits)
{
    std::string const digits(64, 'a');
    for (auto const& content : {std::string{}, std::string{"\n"}, digits.substr(1), digits + "a", digits + "\n\n",
                                digits + "\r\n", " " + digits, digits.substr(1) + "g", digits.substr(2) + "0x"})
        EXPECT_EQ(parse_error(content), Errc::wrong_master_key) << content;
}

struct Sealing : ::testing::Test {
    testing::CountingRandom random;
    MasterKey               key = make_master_key();

    std::string sealed = key.seal(SecretString{"a private key"}, "context", random);

    Errc open_error(MasterKey const& with, std::string_view text, std::string_view context)
    {
        auto const opened = with.open(text, context);
        return opened ? Errc::not_found : opened.error().code;
    }
};

TEST_F(Sealing, OpensWhatItSealed)
{
    auto const opened = key.open(sealed, "context");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), "a private key");
    auto const empty = key.open(key.seal(SecretString{}, "", random), "");
    ASSERT_TRUE(empty);
    EXPECT_TRUE(empty->empty());
}

TEST_F(Sealing, HidesTheTextAndNeverSealsTheSameTwice)
{
    EXPECT_EQ(sealed.size(), 12U + 13U + 16U);
    EXPECT_EQ(sealed.find("private"), std::string::npos);
    EXPECT_NE(key.seal(SecretString{"a private key"}, "context", random), sealed);
}

// CHECKS E28
TEST_F(Sealing, RefusesAnotherKeyAnotherContextAndAnyChangedByte)
{
    EXPECT_EQ(open_error(make_master_key("b"), sealed, "context"), Errc::wrong_master_key);
    EXPECT_EQ(open_error(key, sealed, "contexT"), Errc::wrong_master_key);
    EXPECT_EQ(open_error(key, sealed, ""), Errc::wrong_master_key);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i]   = static_cast<char>(changed[i] ^ 1);
        EXPECT_EQ(open_error(key, changed, "context"), Errc::wrong_master_key) << i;
        EXPECT_EQ(open_error(key, sealed.substr(0, i), "context"), Errc::wrong_master_key) << i;
    }
}

}  // namespace
}  // namespace signet::core
