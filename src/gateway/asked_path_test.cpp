#include "gateway/asked_path.hpp"

#include <gtest/gtest.h>

#include <set>

namespace signet::gateway {
namespace {

using namespace std::string_view_literals;
using enum PathFault;

std::string path_of(std::string_view target)
{
    return parse_asked_path(target).value_or("refused");
}

TEST(AskedPath, IsWhatStandsBeforeTheQuery)
{
    EXPECT_EQ(path_of("/"), "/");
    EXPECT_EQ(path_of("/notes/7"), "/notes/7");
    EXPECT_EQ(path_of("/notes/"), "/notes/");
    EXPECT_EQ(path_of("/notes?day=1"), "/notes");
    EXPECT_EQ(path_of("/notes?next=/../admin;x//%2f%"), "/notes") << "the query is the service's own";
    EXPECT_EQ(path_of("/?"), "/");
    EXPECT_EQ(path_of("/a?b?c"), "/a");
}

TEST(AskedPath, IsDecodedOnce)
{
    EXPECT_EQ(path_of("/%61dmin"), "/admin");
    EXPECT_EQ(path_of("/%41dmin"), "/Admin");
    EXPECT_EQ(path_of("/caf%C3%A9/men%c3%bc"), "/caf\u00e9/men\u00fc");
    EXPECT_EQ(path_of("/two%20words"), "/two words");
    EXPECT_EQ(path_of("/a+b"), "/a+b") << "a plus is a plus outside of forms";
}

TEST(AskedPath, KeepsDotsThatMeanNothing)
{
    for (auto const* fine : {"/.well-known/x", "/a.b", "/...", "/..a", "/a..", "/.../b", "/v1.2/x"})
        EXPECT_EQ(path_of(fine), fine);
}

TEST(AskedPath, KeepsWhatIsVisible)
{
    EXPECT_EQ(path_of("/!$&'()*+,-.:=@_~|^`\"<>{}[]"), "/!$&'()*+,-.:=@_~|^`\"<>{}[]");
}

// CHECKS E8, and what made gateways and services disagree elsewhere.
TEST(AskedPath, RefusesWhatTwoReadersTakeForTwoPaths)
{
    struct Bad {
        std::string_view target;
        PathFault        fault;
    };
    constexpr Bad kBad[] = {
        {"", not_absolute},
        {"*", not_absolute},
        {"admin", not_absolute},
        {"?a=b", not_absolute},
        {"../admin", not_absolute},
        {"https://example.com/admin", not_absolute},
        {"\\admin", not_absolute},
        {"%2Fadmin", not_absolute},
        {" /admin", not_absolute},
        {"//", empty_segment},
        {"//evil.example/admin", empty_segment},
        {"/notes//admin", empty_segment},
        {"/admin//", empty_segment},
        {"///admin", empty_segment},
        {"/.", dot_segment},
        {"/..", dot_segment},
        {"/./admin", dot_segment},
        {"/../admin", dot_segment},
        {"/public/../admin", dot_segment},
        {"/public/./admin", dot_segment},
        {"/public/..", dot_segment},
        {"/public/../", dot_segment},
        {"/public/..?x", dot_segment},
        {"/%2e%2e/admin", encoded_special},
        {"/%2E/admin", encoded_special},
        {"/.%2e/admin", encoded_special},
        {"/%2e./admin", encoded_special},
        {"/public/%2e%2e%2fadmin", encoded_special},
        {"/public%2fadmin", encoded_special},
        {"/public%2Fadmin", encoded_special},
        {"/public%5cadmin", encoded_special},
        {"/public%5C..%5Cadmin", encoded_special},
        {"/admin%2ejson", encoded_special},
        {"/%252e%252e/admin", encoded_special},
        {"/public%252fadmin", encoded_special},
        {"/admin%25", encoded_special},
        {"/admin%00", encoded_special},
        {"/admin%00.png", encoded_special},
        {"/admin%0a", encoded_special},
        {"/admin%0d%0aX-Signet-User:%20root", encoded_special},
        {"/admin%09", encoded_special},
        {"/admin%7f", encoded_special},
        {"/admin%3bx", encoded_special},
        {"/why%3F", encoded_special},
        {"/admin%3fx", encoded_special},
        {"/public%3f/../admin", dot_segment},
        {"/admin%23", encoded_special},
        {"/admin%23x?y", encoded_special},
        {"/admin;x", parameter},
        {"/admin;", parameter},
        {"/;/admin", parameter},
        {"/public/..;/admin", parameter},
        {"/admin;jsessionid=1?x", parameter},
        {"/public\\..\\admin", backslash},
        {"/\\evil.example", backslash},
        {"/admin\\", backslash},
        {"/%", bad_percent},
        {"/admin%", bad_percent},
        {"/admin%4", bad_percent},
        {"/admin%4?41", bad_percent},
        {"/admin%g1", bad_percent},
        {"/admin%1g", bad_percent},
        {"/admin%%41", bad_percent},
        {"/admin%u0061", bad_percent},
        {"/admin%-1", bad_percent},
        {"/admin% 1", forbidden_byte},
        {"/two words", forbidden_byte},
        {"/admin#x", forbidden_byte},
        {"/#/../admin", forbidden_byte},
        {"/admin\t", forbidden_byte},
        {"/admin\n", forbidden_byte},
        {"/admin\r\nX-Signet-User: root", forbidden_byte},
        {"/admin\0"sv, forbidden_byte},
        {"/admin\x7f", forbidden_byte},
        {"/caf\u00e9", forbidden_byte},
        {"/\xff", forbidden_byte},
        {"/%c0%ae%c0%ae/admin", not_utf8},  // overlong dots
        {"/public%c0%afadmin", not_utf8},   // an overlong slash
        {"/%e0%80%af", not_utf8},
        {"/%ff", not_utf8},
        {"/caf%e9", not_utf8},
        {"/%ed%a0%80", not_utf8},  // a surrogate
        {"/%f5%80%80%80", not_utf8},
        {"/%c3", not_utf8},
    };
    std::set<PathFault> seen;
    for (auto const& [target, fault] : kBad) {
        auto const path = parse_asked_path(target);
        ASSERT_FALSE(path) << target << " gave " << *path;
        EXPECT_EQ(path.error(), fault) << target << ": " << name(path.error());
        seen.insert(fault);
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(not_utf8) + 1) << "each fault has a path";
}

TEST(AskedPath, NamesEachFaultOnce)
{
    std::set<std::string_view> names;
    for (int fault = 0; fault <= static_cast<int>(not_utf8); ++fault) {
        names.insert(name(static_cast<PathFault>(fault)));
        EXPECT_TRUE(sentence(static_cast<PathFault>(fault)).starts_with("The path ")) << fault;
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(not_utf8) + 1);
    EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace signet::gateway
