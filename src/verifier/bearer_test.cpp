#include "verifier/bearer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using signet::NoBearer;
using signet::parse_bearer;

TEST(Bearer, GivesTheTokenWhateverTheCaseOfTheScheme)
{
    for (auto const* header : {"Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "bEaReR   a.b.c  "})
        EXPECT_EQ(parse_bearer(header), "a.b.c") << header;
}

TEST(Bearer, IsAbsentWithoutAHeaderOrUnderAnotherScheme)
{
    for (auto const* header : {"", " ", "Basic YTpi", "Bearerx a.b.c", "Beare a.b.c", "DPoP a.b.c", " Bearer a.b.c"})
        EXPECT_EQ(parse_bearer(header), std::unexpected(NoBearer::absent)) << header;
}

TEST(Bearer, IsAbsentWhenNothingFollowsTheScheme)
{
    for (auto const* header : {"Bearer", "Bearer ", "bearer \t "})
        EXPECT_EQ(parse_bearer(header), std::unexpected(NoBearer::absent)) << header;
}

TEST(Bearer, RefusesAHeaderThatIsTooLong)
{
    auto const longest = "Bearer " + std::string(signet::kLongestAuthorization - 7, 'a');
    EXPECT_TRUE(parse_bearer(longest));
    EXPECT_EQ(parse_bearer(longest + "a"), std::unexpected(NoBearer::malformed));
}

}  // namespace
