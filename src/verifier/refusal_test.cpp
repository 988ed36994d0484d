#include "verifier/refusal.hpp"

#include <gtest/gtest.h>

namespace {

using jose::Errc;

TEST(Refusal, NamesNoErrorToWhoSentNoToken)
{
    EXPECT_EQ(signet::no_token("notes").www_authenticate(), "Bearer realm=\"notes\"");
    EXPECT_EQ(signet::no_token("").www_authenticate(), "Bearer");
    EXPECT_EQ(signet::no_token("notes").status, 401);
}

TEST(Refusal, SaysWhatIsWrongWithAToken)
{
    auto const refusal = signet::invalid_token(Errc::bad_signature, "notes");
    EXPECT_EQ(refusal.status, 401);
    EXPECT_EQ(refusal.cause, Errc::bad_signature);
    EXPECT_EQ(refusal.www_authenticate(),
              "Bearer realm=\"notes\", error=\"invalid_token\", "
              "error_description=\"The signature does not match the token.\"");
}

TEST(Refusal, SaysWhatWouldDo)
{
    auto const refusal = signet::insufficient_scope("roles: admin");
    EXPECT_EQ(refusal.status, 403);
    EXPECT_EQ(refusal.www_authenticate(),
              "Bearer error=\"insufficient_scope\", error_description=\"Needs roles: admin.\"");
}

TEST(Refusal, LeavesNothingThatWouldEndTheHeaderEarly)
{
    auto const value = signet::insufficient_scope("a\"b\\c\r\nSet-Cookie: x", "r\"").www_authenticate();
    EXPECT_EQ(value,
              "Bearer realm=\"r?\", error=\"insufficient_scope\", "
              "error_description=\"Needs a?b?c??Set-Cookie: x.\"");
}

TEST(Refusal, WithoutKeysIsAMatterOfTimeNotOfTheToken)
{
    auto const refusal = signet::no_keys_yet("notes");
    EXPECT_EQ(refusal.status, 503);
    EXPECT_GT(refusal.retry_after, std::chrono::seconds{0});
    EXPECT_EQ(refusal.www_authenticate(), "");
}

TEST(Refusal, WithoutMemoryIsNoFaultOfTheToken)
{
    auto const refusal = signet::no_memory();
    EXPECT_EQ(refusal.status, 503);
    EXPECT_EQ(refusal.cause, jose::Errc::out_of_memory);
    EXPECT_GT(refusal.retry_after, std::chrono::seconds{0});
    EXPECT_EQ(refusal.www_authenticate(), "");
}

}  // namespace
