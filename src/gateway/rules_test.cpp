#include "gateway/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace signet::gateway {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Texts = std::vector<std::string>;

// A rule that is known by the role it asks for.
Rule rule(std::string path, std::string role, Texts methods = {})
{
    return {.path = std::move(path), .methods = std::move(methods), .roles = {std::move(role)}};
}

Rules rules(std::vector<Rule> given)
{
    auto made = Rules::make(std::move(given), WhenStale::fail_closed);
    if (made) return *std::move(made);
    throw std::runtime_error(made.error().front().sentence);
}

// The role that is asked for; empty where no rule is.
std::string decides(Rules const& table, std::string_view method, std::string_view path)
{
    auto const& roles = table.find(method, path).roles;
    return roles.empty() ? "" : roles.front();
}

std::string fault_of(std::vector<Rule> given)
{
    auto const made = Rules::make(std::move(given), WhenStale::fail_closed);
    if (made) return "accepted";
    EXPECT_THAT(made.error(), ::testing::SizeIs(1));
    return made.error().front().sentence;
}

TEST(Rules, CoverAPathAndAllBelowItByWholeSegments)
{
    auto const table = rules({rule("/admin", "admin")});
    for (auto const* path : {"/admin", "/admin/", "/admin/x", "/admin/x/y"})
        EXPECT_EQ(decides(table, "GET", path), "admin") << path;
    for (auto const* path : {"/", "/administrator", "/admin.json", "/Admin", "/adm", "/x/admin", "/admin x"})
        EXPECT_EQ(decides(table, "GET", path), "") << path;
}

TEST(Rules, TheLongestPathDecidesWhateverTheOrder)
{
    std::vector<Rule> given{rule("/", "root"), rule("/a", "a"), rule("/a/b", "b"), rule("/a/b/c", "c")};
    std::ranges::sort(given, {}, &Rule::path);
    do {
        auto const table = rules(given);
        EXPECT_EQ(decides(table, "GET", "/x"), "root");
        EXPECT_EQ(decides(table, "GET", "/a"), "a");
        EXPECT_EQ(decides(table, "GET", "/a/bc"), "a");
        EXPECT_EQ(decides(table, "GET", "/a/b/d"), "b");
        EXPECT_EQ(decides(table, "GET", "/a/b/c/d"), "c");
    } while (std::ranges::next_permutation(given, {}, &Rule::path).found);
}

TEST(Rules, OfOnePathTheOneThatNamesTheMethodDecides)
{
    for (bool const reversed : {false, true}) {
        std::vector<Rule> given{rule("/notes", "other"), rule("/notes", "reader", {"GET"}),
                                rule("/notes", "writer", {"POST", "PUT"})};
        if (reversed) std::ranges::reverse(given);
        auto const table = rules(given);
        EXPECT_EQ(decides(table, "GET", "/notes/7"), "reader");
        EXPECT_EQ(decides(table, "PUT", "/notes/7"), "writer");
        EXPECT_EQ(decides(table, "DELETE", "/notes/7"), "other");
    }
}

TEST(Rules, OfGetAreOfHead)
{
    auto const table = rules({rule("/", "reader", {"GET"}), rule("/", "other")});
    EXPECT_EQ(decides(table, "HEAD", "/x"), "reader");
    EXPECT_EQ(decides(table, "OPTIONS", "/x"), "other");
}

TEST(Rules, OfOtherMethodsLeaveTheShorterPathToDecide)
{
    auto const table = rules({rule("/", "root"), rule("/hook", "hook", {"POST"})});
    EXPECT_EQ(decides(table, "POST", "/hook"), "hook");
    EXPECT_EQ(decides(table, "GET", "/hook"), "root");
}

TEST(Rules, WhereThereIsNoneWhoAsksMustBeSignedIn)
{
    for (auto const stale : {WhenStale::fail_closed, WhenStale::until_expiry}) {
        auto const  table     = *Rules::make({{.path = "/open", .access = Access::open}}, stale);
        auto const& otherwise = table.find("GET", "/x");
        EXPECT_EQ(otherwise.access, Access::signed_in);
        EXPECT_EQ(otherwise.when_stale, stale);
        EXPECT_THAT(otherwise.roles, IsEmpty());
        EXPECT_EQ(table.find("GET", "/open").access, Access::open);
    }
}

TEST(Rules, OfAPathWithLettersAreWrittenAsItReads)
{
    auto const table = rules({rule("/caf\u00e9", "guest"), rule("/two words", "reader")});
    EXPECT_EQ(decides(table, "GET", "/caf\u00e9/menu"), "guest");
    EXPECT_EQ(decides(table, "GET", "/two words"), "reader");
}

TEST(Rules, AreRefusedWhereTheirPathCanNeverBeAskedFor)
{
    for (auto const* path : {"", "admin", "//x", "/a//b", "/a/../b", "/./a", "/a;b", "/a\\b", "/a#b", "/a\nb"})
        EXPECT_THAT(fault_of({rule(path, "admin")}), HasSubstr("can never be asked for")) << path;
    EXPECT_THAT(fault_of({rule("/\xff", "admin")}), HasSubstr("is not UTF-8"));
    EXPECT_THAT(fault_of({rule("/caf%C3%A9", "admin")}), HasSubstr("percent-encoded"));
    EXPECT_THAT(fault_of({rule("/admin/", "admin")}), HasSubstr("ends with a slash"));
    EXPECT_THAT(fault_of({rule("/admin/*", "admin")}), HasSubstr("has a *"));
    EXPECT_THAT(fault_of({rule("/admin?a=b", "admin")}), HasSubstr("has a query"));
}

TEST(Rules, AreRefusedForWhatContradictsItself)
{
    EXPECT_THAT(fault_of({{.path = "/", .access = Access::open, .roles = {"admin"}}}), HasSubstr("is open to anybody"));
    EXPECT_THAT(fault_of({{.path = "/", .access = Access::open, .scopes = {"x"}}}), HasSubstr("is open to anybody"));
    EXPECT_THAT(fault_of({rule("/", "Admin")}), HasSubstr("nobody can have"));
    EXPECT_THAT(fault_of({rule("/", "")}), HasSubstr("nobody can have"));
    EXPECT_THAT(fault_of({{.path = "/", .scopes = {"a b"}}}), HasSubstr("no token can have"));
    EXPECT_THAT(fault_of({rule("/", "a", {"get"})}), HasSubstr("capital letters"));
    EXPECT_THAT(fault_of({rule("/", "a", {"HEAD"})}), HasSubstr("goes with GET"));
    EXPECT_THAT(fault_of({rule("/", "a", {"PUT", "PUT"})}), HasSubstr("names PUT twice"));
}

TEST(Rules, AreRefusedWhereTwoAreOfOnePathAndMethod)
{
    EXPECT_THAT(fault_of({rule("/x", "a"), rule("/x", "a")}), HasSubstr("is the second one of /x."));
    EXPECT_THAT(fault_of({rule("/x", "a", {"GET", "POST"}), rule("/x", "b", {"POST"})}),
                HasSubstr("is the second one of /x POST."));
}

TEST(Rules, AreRefusedAllAtOnceEachByItsPlace)
{
    auto const made = Rules::make({rule("/", "a"), rule("x", "a"), rule("/", "b"), rule("/y/", "a")}, {});
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error(),
                ElementsAre(Field(&RuleFault::index, 1), Field(&RuleFault::index, 2), Field(&RuleFault::index, 3)));
}

TEST(Rules, AreNotTooMany)
{
    std::vector<Rule> many;
    for (std::size_t i = 0; i < kMostRules; ++i) many.push_back(rule("/" + std::to_string(i), "a"));
    EXPECT_TRUE(Rules::make(many, {}));
    many.push_back(rule("/x", "a"));
    EXPECT_THAT(fault_of(many), HasSubstr("one too many"));
}

TEST(Rules, WarnWhereARoleIsAskedForOfSomeMethodsAlone)
{
    std::vector<Rule> const given{rule("/admin", "admin", {"POST"}),
                                  rule("/notes", "writer", {"POST"}),
                                  rule("/notes", "reader"),
                                  {.path = "/hook", .methods = {"POST"}}};
    EXPECT_THAT(Rules::warnings(given),
                ElementsAre(AllOf(Field(&RuleFault::index, 0), Field(&RuleFault::sentence, HasSubstr("/admin")))));
}

TEST(Rules, WarnWhereTheOtherMethodsAreOpen)
{
    Rule const post{.path = "/orders", .methods = {"POST"}};
    EXPECT_THAT(Rules::warnings(std::vector{post}), IsEmpty()) << "the others ask for a sign-in too";
    Rule const open{.path = "/", .access = Access::open};
    EXPECT_THAT(Rules::warnings(std::vector{open, post}), ElementsAre(Field(&RuleFault::index, 1)));
    Rule const closed{.path = "/orders"};
    EXPECT_THAT(Rules::warnings(std::vector{open, post, closed}), IsEmpty());
    Rule const hook{.path = "/hook", .methods = {"POST"}, .access = Access::open};
    EXPECT_THAT(Rules::warnings(std::vector{open, hook}), IsEmpty());
}

TEST(Rules, AskForAnyOfTheirRolesAndAllOfTheirScopes)
{
    Rule const asks{.path = "/", .roles = {"admin", "editor"}, .scopes = {"read", "write"}};
    EXPECT_EQ(find_lacking(asks, Texts{"editor"}, Texts{"write", "read", "x"}), std::nullopt);
    EXPECT_EQ(find_lacking(asks, Texts{"viewer"}, Texts{"write", "read"}), "roles: admin editor");
    EXPECT_EQ(find_lacking(asks, Texts{}, Texts{"write", "read"}), "roles: admin editor");
    EXPECT_EQ(find_lacking(asks, Texts{"Admin"}, Texts{"write", "read"}), "roles: admin editor");
    EXPECT_EQ(find_lacking(asks, Texts{"admin"}, Texts{"read"}), "scopes: read write");
    EXPECT_EQ(find_lacking(asks, Texts{"admin"}, Texts{}), "scopes: read write");
    EXPECT_EQ(find_lacking({.path = "/"}, Texts{}, Texts{}), std::nullopt);
}

}  // namespace
}  // namespace signet::gateway
