#include "core/email.hpp"

#include <gtest/gtest.h>

namespace signet::core {
namespace {

TEST(Email, KeepsWhatWasTypedAndAKeyInLowerCase)
{
    auto const email = Email::parse("  Ann.Lee+news@Example.COM \n");
    ASSERT_TRUE(email);
    EXPECT_EQ(email->text(), "Ann.Lee+news@Example.COM");
    EXPECT_EQ(email->key(), "ann.lee+news@example.com");
    EXPECT_EQ(*email, *Email::parse("ANN.LEE+NEWS@EXAMPLE.COM"));
}

TEST(Email, TakesWhatPeopleHave)
{
    for (auto const* const text :
         {"a@b.co", "ann@localhost", "demo@LOCALHOST", "o'neil@mail.example.com", "x_y-z@sub.sub.example.org",
          "1234567890@example.com", "a@xn--bcher-kva.example", "a!#$%&'*+-/=?^_`{|}~z@example.com", "a@3com.com"})
        EXPECT_TRUE(Email::parse(text)) << text;
}

TEST(Email, RefusesEverythingElse)
{
    std::string const nul{"an\0n@example.com", 16};
    for (auto const& text : {std::string{},
                             std::string{"   "},
                             std::string{"ann"},
                             std::string{"@"},
                             std::string{"@example.com"},
                             std::string{"ann@"},
                             std::string{"ann@@example.com"},
                             std::string{"ann@lee@example.com"},
                             std::string{"ann@example"},
                             std::string{"ann@.com"},
                             std::string{"ann@example."},
                             std::string{"ann@example.com."},
                             std::string{"ann@exa mple.com"},
                             std::string{"ann lee@example.com"},
                             std::string{".ann@example.com"},
                             std::string{"ann.@example.com"},
                             std::string{"ann..lee@example.com"},
                             std::string{"\"ann\"@example.com"},
                             std::string{"ann@-example.com"},
                             std::string{"ann@example-.com"},
                             std::string{"ann@exam_ple.com"},
                             std::string{"ann@[192.0.2.1]"},
                             std::string{"ann@192.0.2.1"},
                             std::string{"ann<x>@example.com"},
                             std::string{"ann@example.com\r\nBcc: x@example.com"},
                             std::string{"\xC3\xA4nn@example.com"},
                             std::string{"ann@\xC3\xA4xample.com"},
                             std::string{"ann@localhost.1"},
                             nul}) {
        auto const email = Email::parse(text);
        ASSERT_FALSE(email) << text;
        EXPECT_EQ(email.error().code, Errc::invalid_email);
    }
}

TEST(Email, RefusesPartsThatAreTooLong)
{
    std::string const local(64, 'a');
    std::string const label(63, 'b');
    EXPECT_TRUE(Email::parse(local + "@" + label + ".com"));
    EXPECT_FALSE(Email::parse(local + "a@example.com"));
    EXPECT_FALSE(Email::parse("ann@" + label + "b.com"));
    auto const long_domain = label + "." + label + "." + label + ".";
    EXPECT_FALSE(Email::parse(local + "@" + long_domain + "com"));
    EXPECT_TRUE(Email::parse("ann@" + long_domain + "com"));
}

// CHECKS E13
TEST(Email, RefusesAMegabyteOfAtSigns)
{
    EXPECT_FALSE(Email::parse(std::string(1'000'000, '@')));
    EXPECT_FALSE(Email::parse("a@" + std::string(250, '.')));
}

}  // namespace
}  // namespace signet::core
