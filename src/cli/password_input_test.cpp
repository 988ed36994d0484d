#include "cli/password_input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace signet::cli {
namespace {

std::string read(std::string const& text)
{
    std::istringstream input(text);
    auto const         password = read_password(input);
    return password ? std::string{password->reveal()} : "refused: " + password.error();
}

using ::testing::StartsWith;

TEST(PasswordInput, DropsOneNewlineAtTheEnd)
{
    EXPECT_EQ(read("three plain words\n"), "three plain words");
    EXPECT_EQ(read("three plain words"), "three plain words");
    EXPECT_EQ(read("three plain words\r\n"), "three plain words");
}

// CHECKS C2: as received.
TEST(PasswordInput, KeepsEverythingElse)
{
    EXPECT_EQ(read(" two  spaces \n"), " two  spaces ");
    EXPECT_EQ(read("pass\tw\xC3\xB6rd"), "pass\tw\xC3\xB6rd");
    EXPECT_EQ(read(std::string("nul\0byte", 8)), std::string("nul\0byte", 8));
}

TEST(PasswordInput, RefusesNothing)
{
    EXPECT_THAT(read(""), StartsWith("refused"));
    EXPECT_THAT(read("\n"), StartsWith("refused"));
}

TEST(PasswordInput, RefusesSeveralLines)
{
    EXPECT_THAT(read("one\ntwo\n"), StartsWith("refused"));
    EXPECT_THAT(read("one\n\n"), StartsWith("refused"));
}

TEST(PasswordInput, RefusesMoreThanAnyPassword)
{
    EXPECT_THAT(read(std::string(100'000, 'a')), StartsWith("refused"));
}

}  // namespace
}  // namespace signet::cli
