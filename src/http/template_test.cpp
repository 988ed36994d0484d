#include "http/template.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

TEST(Template, ReplacesEveryName)
{
    EXPECT_EQ(fill("<a>{{x}}</a>{{y}}{{x}}", {{"x", "1"}, {"y", "2"}}), "<a>1</a>21");
    EXPECT_EQ(fill("plain", {}), "plain");
    EXPECT_EQ(fill("", {}), "");
}

TEST(Template, LeavesNothingForANameWithoutAValue)
{
    EXPECT_EQ(fill("a{{unknown}}b", {{"x", "1"}}), "ab");
}

// CHECKS D10: a value cannot call for another.
TEST(Template, NeverLooksAtAValueAgain)
{
    EXPECT_EQ(fill("{{email}}", {{"email", "{{nonce}}"}, {"nonce", "secret"}}), "{{nonce}}");
    EXPECT_EQ(fill("{{a}}{{b}}", {{"a", "{{"}, {"b", "nonce}}"}, {"nonce", "secret"}}), "{{nonce}}");
}

TEST(Template, KeepsAnOpenBrace)
{
    EXPECT_EQ(fill("a{{x", {{"x", "1"}}), "a{{x");
    EXPECT_EQ(fill("{x}}", {{"x", "1"}}), "{x}}");
}

// CHECKS D10
TEST(Template, EscapesWhatCouldEndATextOrAnAttribute)
{
    EXPECT_EQ(escape_html(R"(<script>"x"&'y'</script>)"), "&lt;script&gt;&quot;x&quot;&amp;&#39;y&#39;&lt;/script&gt;");
    EXPECT_EQ(escape_html("Zoë"), "Zoë");
}

TEST(Template, EscapesLikeEncodeUriComponent)
{
    EXPECT_EQ(escape_query("/notes?a=b&c#é (1)"), "%2Fnotes%3Fa%3Db%26c%23%C3%A9%20(1)");
}

}  // namespace
}  // namespace signet::http
