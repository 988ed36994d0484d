#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>
#include <utility>

namespace signet {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, T const& value) { out << value; };

TEST(Secret, CannotBeCopiedPrintedOrConverted)
{
    static_assert(!std::is_copy_constructible_v<SecretString>);
    static_assert(!std::is_copy_assignable_v<SecretString>);
    static_assert(!std::is_convertible_v<SecretString, std::string>);
    static_assert(!std::is_convertible_v<SecretString, std::string_view>);
    static_assert(!std::is_convertible_v<std::string_view, SecretString>);
    static_assert(!Printable<SecretString>);
}

TEST(Secret, LeavesNothingBehindWhenMoved)
{
    SecretString from{"short"};
    // The small text lies inside the object, so the old place can be looked at.
    auto const*  place = from.reveal().data();
    SecretString to{std::move(from)};
    EXPECT_EQ(to.reveal(), "short");
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): what a moved-from secret promises
    EXPECT_EQ(std::string_view(place, 5), std::string_view("\0\0\0\0\0", 5));
}

TEST(Secret, TakesTheTextOfAnotherAndKeepsItsOwnOnSelfMove)
{
    SecretString one{"a long enough text to live on the heap, not inside"};
    SecretString two{"two"};
    two = std::move(one);
    EXPECT_EQ(two.size(), 50u);
    auto& same = two;
    two        = std::move(same);
    EXPECT_EQ(two.size(), 50u);
}

}  // namespace
}  // namespace signet
