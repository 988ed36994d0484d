#include "cli/user_import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string code_of(std::string_view line)
{
    auto const account = parse_import_line(line);
    return account ? "accepted" : account.error().code;
}

TEST(UserImport, ReadsEveryMember)
{
    auto const account = parse_import_line(
        R"({"email":"ann@example.com","name":"Ann","password_hash":"$2b$12$x","roles":["viewer","admin"],"disabled":true})");
    ASSERT_TRUE(account);
    EXPECT_EQ(account->email, "ann@example.com");
    EXPECT_EQ(account->name, "Ann");
    EXPECT_EQ(account->password.text, "$2b$12$x");
    EXPECT_THAT(account->roles, ElementsAre("viewer", "admin"));
    EXPECT_TRUE(account->disabled);
}

TEST(UserImport, NeedsOnlyAddressAndHash)
{
    auto const account = parse_import_line(R"({"email":"ann@example.com","password_hash":"$2b$12$x"})");
    ASSERT_TRUE(account);
    EXPECT_EQ(account->name, "");
    EXPECT_THAT(account->roles, IsEmpty());
    EXPECT_FALSE(account->disabled);
}

TEST(UserImport, TakesLinesOfWindows)
{
    EXPECT_EQ(code_of("{\"email\":\"a@b.c\",\"password_hash\":\"h\"}\r"), "accepted");
}

TEST(UserImport, RefusesALineThatIsNotOneJsonObject)
{
    EXPECT_EQ(code_of(""), "malformed_json");
    EXPECT_EQ(code_of("ann@example.com,hash"), "malformed_json");
    EXPECT_EQ(code_of(R"({"email":"a@b.c")"), "malformed_json");
    EXPECT_EQ(code_of(R"({"email":"a@b.c","password_hash":"h"} {})"), "malformed_json");
    EXPECT_EQ(code_of(R"(["a@b.c","h"])"), "not_an_object");
    EXPECT_EQ(code_of(R"({"email":"a@b.c","email":"x@b.c","password_hash":"h"})"), "duplicate_member");
    EXPECT_EQ(code_of("{\"email\":\"a@b.c\xFF\",\"password_hash\":\"h\"}"), "invalid_utf8");
    EXPECT_EQ(code_of("{\"email\":\"" + std::string(70'000, 'a') + "\",\"password_hash\":\"h\"}"), "too_large");
}

TEST(UserImport, RefusesAMissingMember)
{
    EXPECT_EQ(code_of(R"({"password_hash":"h"})"), "missing_member");
    EXPECT_EQ(code_of(R"({"email":"a@b.c"})"), "missing_member");
    EXPECT_EQ(code_of("{}"), "missing_member");
}

TEST(UserImport, RefusesAMemberOfAnotherType)
{
    EXPECT_EQ(code_of(R"({"email":1,"password_hash":"h"})"), "wrong_type");
    EXPECT_EQ(code_of(R"({"email":"a@b.c","password_hash":null})"), "wrong_type");
    EXPECT_EQ(code_of(R"({"email":"a@b.c","password_hash":"h","name":[]})"), "wrong_type");
    EXPECT_EQ(code_of(R"({"email":"a@b.c","password_hash":"h","roles":"admin"})"), "wrong_type");
    EXPECT_EQ(code_of(R"({"email":"a@b.c","password_hash":"h","roles":[1]})"), "wrong_type");
    EXPECT_EQ(code_of(R"({"email":"a@b.c","password_hash":"h","disabled":"true"})"), "wrong_type");
}

// "disable" misspelt must not become an account that can sign in.
TEST(UserImport, RefusesAMemberItDoesNotKnowAndNamesIt)
{
    auto const account = parse_import_line(R"({"email":"a@b.c","password_hash":"h","disable":true})");
    ASSERT_FALSE(account);
    EXPECT_EQ(account.error().code, "unknown_member");
    EXPECT_THAT(account.error().detail, HasSubstr("\"disable\""));
}

}  // namespace
}  // namespace signet::cli
