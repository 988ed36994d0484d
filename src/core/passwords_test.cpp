#include "core/passwords.hpp"

#include "core/argon2.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/common_passwords.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

PasswordSettings cheap()
{
    return testing::cheap_settings().passwords;
}

Errc check(std::string_view password, std::string_view name = "Ann Lee", std::string_view email = "ann.lee@example.com")
{
    auto const checked = check_new_password(SecretString{password}, *Email::parse(email), name, cheap());
    return checked ? Errc::not_found : checked.error().code;
}
constexpr Errc kTaken = Errc::not_found;

// ---- which passwords are taken ----

// CHECKS C1
TEST(NewPassword, IsCountedInCodePoints)
{
    EXPECT_EQ(check("zebra 9"), Errc::password_too_short);
    EXPECT_EQ(check("zebra 99"), kTaken);
    EXPECT_EQ(check(""), Errc::password_too_short);
    EXPECT_EQ(check("🦊🦊🦊🦊🦊🦊🦊"), Errc::password_too_short) << "7 code points, 28 bytes";
    EXPECT_EQ(check("🦊🐻🐼🐨🐯🦁🐮🐷"), kTaken);
}

// CHECKS C2
TEST(NewPassword, MayBeOfAnyCharactersUpToAKilobyte)
{
    EXPECT_EQ(check(std::string(500, 'x') + " <>\"'\\&%\x01 Ünïcödé"), kTaken);
    EXPECT_EQ(check(std::string(1023, 'q') + "z"), kTaken);
    EXPECT_EQ(check(std::string(1025, 'q')), Errc::password_too_long);
    EXPECT_EQ(check(std::string(1'000'000, 'q')), Errc::password_too_long);
}

// CHECKS C3
TEST(NewPassword, NeedsNoMixtureOfCharacters)
{
    EXPECT_EQ(check("onlylowercaseletters"), kTaken);
    EXPECT_EQ(check("        9"), kTaken);
}

// CHECKS C4
TEST(NewPassword, IsNotACommonOneInWhateverCase)
{
    EXPECT_GE(count_common_passwords(), 3000U);
    for (auto const* const password : {"password", "PASSWORD", "PassWord", "12345678", "qwertyuiop", "iloveyou",
                                       "Trustno1", "password1", "11111111", "P@ssw0rd", "changeme", "!qaz2wsx"})
        EXPECT_EQ(check(password), Errc::password_too_common) << password;
}

TEST(CommonPasswords, AreFoundFromTheFirstToTheLastAndNothingBetween)
{
    EXPECT_TRUE(is_common_password("!qaz2wsx"));
    EXPECT_TRUE(is_common_password("zzzzzzz1"));
    for (auto const* const absent : {"", "\n", "pass", "passwor", "password ", "password\npassword1", "~~~~~~~~~~~~",
                                     "            ", "qwertyuiop\n", "#", "\x01"})
        EXPECT_FALSE(is_common_password(absent)) << absent;
}

// CHECKS C4
TEST(NewPassword, IsNotTheOwnersAddressOrNameOrTheServicesName)
{
    for (auto const* const password :
         {"ann.lee@example.com", "ANN.LEE@example.COM", "ann.lee@example.com1", "ann.lee1", "1234Ann.Lee", "Ann Lee 77",
          "ann lee!", "signet12", "Signet2027", "SignetSignet1"})
        EXPECT_EQ(check(password), Errc::password_is_personal) << password;
    EXPECT_EQ(check("Vandersteen9", "Maria Vandersteen"), Errc::password_is_personal);
}

TEST(NewPassword, MayHoldANameBesideEnoughElse)
{
    EXPECT_EQ(check("ann.lee rides a bicycle"), kTaken);
    EXPECT_EQ(check("signet of the seventh king"), kTaken);
    EXPECT_EQ(check("annoying zebra", "Ann"), kTaken) << "a name of three letters is in half of all words";
}

// ---- hashes ----

struct Hashing : ::testing::Test {
    Passwords passwords{cheap()};

    PasswordHash hash(std::string_view password) { return *passwords.hash(SecretString{password}); }
    bool         matches(std::string_view password, PasswordHash const& hash)
    {
        auto const answer = passwords.matches(SecretString{password}, hash);
        EXPECT_TRUE(answer);
        return answer.value_or(false);
    }
};

// CHECKS C5
TEST_F(Hashing, MakesAnArgon2idPhcStringWithAFreshSalt)
{
    auto const one = hash("blue giraffe");
    EXPECT_TRUE(one.text.starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << one.text;
    EXPECT_NE(one, hash("blue giraffe"));
    EXPECT_TRUE(matches("blue giraffe", one));
    EXPECT_FALSE(matches("blue giraffE", one));
    EXPECT_FALSE(matches("", one));
}

// CHECKS C2: no truncation, neither at 72 bytes nor at a NUL.
TEST_F(Hashing, TellsPasswordsApartThatBeginAlike)
{
    std::string const long_one(72, 'a');
    EXPECT_FALSE(matches(long_one + "b", hash(long_one + "c")));
    EXPECT_FALSE(matches(long_one, hash(long_one + "c")));
    std::string const with_nul{"pass\0word", 9};
    EXPECT_TRUE(matches(with_nul, hash(with_nul)));
    EXPECT_FALSE(matches("pass", hash(with_nul)));
    EXPECT_FALSE(matches(std::string{"pass\0worm", 9}, hash(with_nul)));
    EXPECT_TRUE(matches(std::string(1024, 'q'), hash(std::string(1024, 'q'))));
}

TEST_F(Hashing, TakesTheBytesExactlyAsReceived)
{
    EXPECT_FALSE(
        matches("\xC3\xA5"
                "ngstrom",
                hash("a\xCC\x8A"
                     "ngstrom")))
        << "composed and decomposed differ";
    EXPECT_FALSE(matches("blue giraffe ", hash("blue giraffe")));
}

TEST_F(Hashing, RefusesAnOverlongPasswordAfterOneHash)
{
    auto const made   = hash(std::string(1024, 'q'));
    auto const before = passwords.hashes();
    EXPECT_FALSE(matches(std::string(1025, 'q'), made));
    EXPECT_EQ(passwords.hashes(), before + 1);
}

// CHECKS C13
TEST_F(Hashing, HasADecoyOfTodaysCostThatNothingMatches)
{
    auto const& decoy = passwords.decoy();
    EXPECT_TRUE(decoy.text.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    EXPECT_FALSE(passwords.needs_rehash(decoy));
    EXPECT_EQ(decoy.text.size(), passwords.hash(SecretString{"any"})->text.size());
    auto const parsed = parse_argon2(decoy.text);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->is_ours()) << "checked on the same path as a real one";
    for (auto const* const guess : {"", "password", "decoy"}) EXPECT_FALSE(matches(guess, decoy));
    EXPECT_NE(Passwords{cheap()}.decoy(), decoy);
}

TEST_F(Hashing, AsksForARehashWhenParametersRoseAndNotWhenTheyFell)
{
    auto const made  = hash("blue giraffe");
    auto       other = cheap();
    EXPECT_FALSE(passwords.needs_rehash(made));
    other.memory_kib = 128;
    EXPECT_TRUE(Passwords{other}.needs_rehash(made));
    other.memory_kib = 64;
    other.iterations = 2;
    EXPECT_TRUE(Passwords{other}.needs_rehash(made));
    EXPECT_FALSE(passwords.needs_rehash(*Passwords{other}.hash(SecretString{"blue giraffe"})));
}

TEST_F(Hashing, SaysUnavailableWhenAStoredHashCannotBeRead)
{
    for (auto const* const broken : {"", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$AAA", "nonsense", "$6$abc$def"}) {
        auto const answer = passwords.matches(SecretString{"blue giraffe"}, {broken});
        ASSERT_FALSE(answer) << broken;
        EXPECT_EQ(answer.error().code, Errc::unavailable) << broken;
    }
}

// In a process of its own, whose memory is limited to what it has and a little more.
[[noreturn]] void hash_without_memory(std::string const& stored)
{
    Passwords const passwords{cheap()};

    rlim_t        pages = 0;
    std::ifstream statm{"/proc/self/statm"};
    statm >> pages;
    rlim_t const limit = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (rlim_t{256} << 20);
    rlimit const limits{.rlim_cur = limit, .rlim_max = limit};
    if (pages == 0 || setrlimit(RLIMIT_AS, &limits) != 0) std::_Exit(2);

    auto const matched = passwords.matches(SecretString{"x"}, {stored});
    bool const busy    = !matched && matched.error().code == Errc::busy && matched.error().retry_after;
    std::_Exit(busy ? 0 : 1);
}

TEST(HashingDeathTest, SaysBusyAndNotWrongWithoutMemory)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(hash_without_memory("$argon2id$v=19$m=1048576,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                    "/X5EVS2D22ucK8nb1tiP4PrNEd9GVKwh/oAT/XoF68M"),
                ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace signet::core
