#include "base/json.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace signet::json {
namespace {

using namespace std::string_literals;

Fault fault_of(std::string_view text, Limits const& limits = {})
{
    auto const value = parse_object(text, limits);
    EXPECT_FALSE(value.has_value()) << text;
    return value ? Fault{} : value.error();
}

bool is_good(std::string_view text, Limits const& limits = {})
{
    return parse_object(text, limits).has_value();
}

std::string repeat(std::string_view text, std::size_t times)
{
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

TEST(Json, GivesEachKindAndOnlyThatKind)
{
    auto const value = parse_object(
        R"({"s":"a\u0061","i":-7,"n":1.5,"t":true,"z":null,"a":[1,2],"o":{"k":"v"},"u":18446744073709551615})");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->find("s")->string(), "aa");
    EXPECT_EQ(value->find("i")->integer(), -7);
    EXPECT_EQ(value->find("i")->number(), -7.0);
    EXPECT_EQ(value->find("n")->number(), 1.5);
    EXPECT_EQ(value->find("t")->boolean(), true);
    EXPECT_EQ(value->find("z")->kind(), Kind::null);
    EXPECT_EQ(value->find("o")->find("k")->string(), "v");
    EXPECT_EQ(value->find("a")->text(), "[1,2]");
    EXPECT_EQ(value->find("u")->kind(), Kind::number);

    EXPECT_FALSE(value->find("s")->integer());
    EXPECT_FALSE(value->find("i")->string());
    EXPECT_FALSE(value->find("n")->integer());
    EXPECT_FALSE(value->find("u")->integer());
    EXPECT_FALSE(value->find("z")->boolean());
    EXPECT_FALSE(value->find("absent"));
    EXPECT_FALSE(value->find("s")->find("k"));
}

TEST(Json, AcceptsWhiteSpaceAndUnknownMembers)
{
    EXPECT_TRUE(is_good(" \t\r\n{ \"a\" : [ 1 , 2 ] }\n"));
    EXPECT_TRUE(is_good("{}"));
    EXPECT_TRUE(is_good("{\"\":1}"));
    EXPECT_TRUE(is_good("{\"pair\":\"\\ud83d\\ude00\"}"));
    EXPECT_TRUE(is_good("{\"nul in a value\":\"\\u0000\"}"));
}

// CHECKS A6
TEST(Json, RefusesADuplicateMemberAtAnyDepth)
{
    EXPECT_EQ(fault_of(R"({"a":1,"a":2})"), Fault::duplicate_member);
    EXPECT_EQ(fault_of(R"({"a":1,"\u0061":2})"), Fault::duplicate_member);
    EXPECT_EQ(fault_of(R"({"x":{"a":1,"b":[],"a":2}})"), Fault::duplicate_member);
    EXPECT_EQ(fault_of(R"({"x":[[{"y":{"a":1,"a":1}}]]})"), Fault::duplicate_member);
    EXPECT_EQ(fault_of(R"({"a":{"b":1},"c":"a","a":2})"), Fault::duplicate_member);
    EXPECT_TRUE(is_good(R"({"a":{"a":{"a":"a"}},"b":["a","a"],"c":{"a":"b"}})"));
}

TEST(Json, FindsADuplicateAmongManyMembers)
{
    std::string text = "{";
    for (int i = 0; i < 1000; ++i) text += "\"member" + std::to_string(i) + "\":0,";
    EXPECT_TRUE(is_good(text + "\"last\":0}"));
    EXPECT_EQ(fault_of(text + "\"member0\":0}"), Fault::duplicate_member);
    EXPECT_EQ(fault_of(text + "\"member999\":0}"), Fault::duplicate_member);
}

// CHECKS A7
TEST(Json, RefusesWhatIsNotUtf8)
{
    EXPECT_EQ(fault_of("{\"a\":\"\xFF\"}"), Fault::invalid_utf8);
    EXPECT_EQ(fault_of("{\"a\":\"\xC0\x80\"}"), Fault::invalid_utf8);          // overlong
    EXPECT_EQ(fault_of("{\"a\":\"\xED\xA0\x80\"}"), Fault::invalid_utf8);      // a surrogate
    EXPECT_EQ(fault_of("{\"a\":\"\xF4\x90\x80\x80\"}"), Fault::invalid_utf8);  // beyond U+10FFFF
    EXPECT_FALSE(is_good("\xEF\xBB\xBF{}"));                                   // byte order mark
    EXPECT_FALSE(is_good("\xFF\xFE{\0}\0"s));                                  // UTF-16
    EXPECT_FALSE(is_good("{\0}\0"s));
}

TEST(Json, RefusesALoneSurrogateEscape)
{
    for (auto const* text : {R"({"a":"\ud800"})", R"({"a":"\udc00"})", R"({"a":"\ud800\ud800"})", R"({"\udfff":1})",
                             R"({"a":"\ud800x"})", R"({"a":["\udbff\u0041"]})", R"({"a":"\uDC00\uD800"})"})
        EXPECT_FALSE(is_good(text)) << text;
    EXPECT_TRUE(is_good("{\"a\":\"\\u0041\xED\x9F\xBF\"}"));  // U+D7FF, the last before them
}

TEST(Json, RefusesNulInAName)
{
    EXPECT_EQ(fault_of(R"({"a\u0000b":1})"), Fault::malformed);
    EXPECT_EQ(fault_of("{\"a\0b\":1}"s), Fault::malformed);
}

// CHECKS A8
TEST(Json, RefusesWhatIsNotExactlyOneObject)
{
    for (auto const* text : {"[]", "[{}]", "1", "\"{}\"", "null", "true"})
        EXPECT_EQ(fault_of(text), Fault::not_an_object) << text;
    for (auto const* text : {"",
                             " ",
                             "{",
                             "}",
                             "{}{}",
                             "{} {}",
                             "{}x",
                             "{},",
                             "{}]",
                             "{\"a\":1,}",
                             "{\"a\"}",
                             "{a:1}",
                             "{'a':1}",
                             "{\"a\":NaN}",
                             "{\"a\":Infinity}",
                             "{\"a\":-Infinity}",
                             "{\"a\":1}//c",
                             "{/*c*/\"a\":1}",
                             "{\"a\":01}",
                             "{\"a\":+1}",
                             "{\"a\":.5}",
                             "{\"a\":1.}",
                             "{\"a\":1e400}",
                             "{\"a\":0x1}",
                             "{\"a\":123456789012345678901234567890}",
                             "{\"a\":\"\n\"}",
                             "{\"a\":\"\\x\"}",
                             "{\"a\":tru}",
                             "{\"a\":nul}",
                             "{\"a\":1 2}",
                             "{\"a\":\"\\u12\"}"})
        EXPECT_EQ(fault_of(text), Fault::malformed) << text;
}

// CHECKS A9
TEST(Json, RefusesDepthBeyondTheLimit)
{
    Limits const limits{.depth = 3};
    EXPECT_TRUE(is_good(R"({"a":{"b":{}}})", limits));
    EXPECT_EQ(fault_of(R"({"a":{"b":{"c":{}}}})", limits), Fault::too_deep);
    EXPECT_TRUE(is_good(R"({"a":[[]]})", limits));
    EXPECT_EQ(fault_of(R"({"a":[[[]]]})", limits), Fault::too_deep);
    EXPECT_TRUE(is_good(R"({"a":[[],[],{}],"b":[[]]})", limits));
}

TEST(Json, RefusesABombOnASmallStack)
{
    Limits const large{.bytes = 64 * 1024 * 1024};
    std::string  bomb = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
    EXPECT_EQ(fault_of(bomb, large), Fault::too_deep);
    EXPECT_EQ(fault_of(repeat("{\"a\":", 100'000) + "1" + std::string(100'000, '}'), large), Fault::too_deep);
    EXPECT_FALSE(is_good(repeat("{\"a\":", 100'000), large));
}

TEST(Json, CountsTheMembersOfEachObject)
{
    Limits const limits{.members = 2};
    EXPECT_TRUE(is_good(R"({"a":{"x":1,"y":2},"b":{"x":1,"y":2}})", limits));
    EXPECT_EQ(fault_of(R"({"a":1,"b":2,"c":3})", limits), Fault::too_many_members);
    EXPECT_EQ(fault_of(R"({"a":{"x":1,"y":2,"z":3}})", limits), Fault::too_many_members);
    EXPECT_TRUE(is_good(R"({"a":[1,2,3,4],"b":["x","y","z"]})", limits));
}

TEST(Json, RefusesATextBeyondItsLimitBeforeReadingIt)
{
    EXPECT_EQ(fault_of(std::string(65, '!'), {.bytes = 64}), Fault::too_large);
    EXPECT_EQ(fault_of("{\"a\":\"" + std::string(64 * 1024, 'x') + "\"}"), Fault::too_large);
}

TEST(Json, VisitsMembersAndItemsInOrder)
{
    auto const value = parse_object(R"({"b":[3,1,2],"a":{}})");
    ASSERT_TRUE(value);
    std::string seen;
    value->for_each_member([&](std::string_view member, Value) {
        seen += member;
        return true;
    });
    value->find("b")->for_each_item([&](Value item) {
        seen += std::to_string(*item.integer());
        return true;
    });
    EXPECT_EQ(seen, "ba312");
    EXPECT_FALSE(value->for_each_member([](std::string_view, Value) { return false; }));
}

TEST(Json, ADocumentKeepsItsValueWhileOthersParse)
{
    Document   document;
    auto const kept = document.parse_object(R"({"a":"kept"})");
    ASSERT_TRUE(kept);
    ASSERT_TRUE(is_good(R"({"a":"other"})"));
    auto moved = std::move(document);
    std::thread([] { EXPECT_TRUE(is_good(R"({"a":"third"})")); }).join();
    EXPECT_EQ(kept->find("a")->string(), "kept");
}

TEST(Json, TheSameDocumentReadsShortAfterLong)
{
    Document     document;
    Limits const large{.bytes = 1 << 22};
    ASSERT_TRUE(document.parse_object("{\"a\":\"" + std::string(1 << 21, 'x') + "\"}", large));
    EXPECT_EQ(document.parse_object(R"({"a":1})")->find("a")->integer(), 1);
}

TEST(Json, WritesMembersInTheOrderTheyWereSet)
{
    std::vector<std::string> const names{"x", "y"};
    std::vector<Object>            objects(2);
    objects[0].set("n", std::int64_t{1});
    Object out;
    out.set("z", "text").set("i", std::int64_t{-9223372036854775807 - 1}).set("t", true).set("l", std::span{names});
    out.set("e", std::span<std::string const>{}).set("o", Object{}).set("os", std::span<Object const>{objects});
    out.set_null("nil").set_raw("r", "[1]");
    EXPECT_EQ(out.text(), R"({"z":"text","i":-9223372036854775808,"t":true,"l":["x","y"],"e":[],"o":{},)"
                          R"("os":[{"n":1},{}],"nil":null,"r":[1]})");
    EXPECT_TRUE(is_good(out.text()));
}

TEST(Json, EscapesWhatItWrites)
{
    EXPECT_EQ(quote("a\"b\\c\n\t\x01\x7F"), R"("a\"b\\c\n\t\u0001\u007f")");
    EXPECT_EQ(quote("z\xC3\xBCrich \xE2\x82\xAC \xF0\x9F\x98\x80"), "\"z\xC3\xBCrich \xE2\x82\xAC \xF0\x9F\x98\x80\"");
    EXPECT_EQ(quote("a\xFF"
                    "b\xED\xA0\x80"),
              "\"a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(quote("nul\0nul"s), R"("nul\u0000nul")");
}

TEST(Json, ReadsBackWhateverBytesItQuotes)
{
    for (int byte = 0; byte < 256; ++byte) {
        std::string const text{'a', static_cast<char>(byte), '"', static_cast<char>(byte)};
        auto const        written = Object{}.set("k", text).text();
        auto const        value   = parse_object(written);
        ASSERT_TRUE(value) << byte;
        bool const same = value->find("k")->string() == text;
        EXPECT_EQ(same, byte < 0x80) << byte;
    }
}

TEST(Json, NamesItsFaults)
{
    EXPECT_EQ(name(Fault::duplicate_member), "duplicate_member");
    EXPECT_EQ(name(Fault::not_an_object), "not_an_object");
}

// ---- wiping: a document keeps its memory, so the old places can be looked at ----

bool is_wiped(std::string_view place)
{
    return place.find_first_not_of('\0') == place.npos;
}

TEST(Json, LeavesNoStringBehindOnceWiped)
{
    Document   document;
    auto const value = document.parse_object(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})");
    ASSERT_TRUE(value);
    auto const name     = document.members()[1].name;
    auto const password = *value->find("password")->string();
    document.wipe();
    EXPECT_TRUE(is_wiped(name));
    EXPECT_TRUE(is_wiped(password));
}

// Short strings take more room unescaped than in the text: each has its length before it.
TEST(Json, WipesTheLastOfManyShortStrings)
{
    Document   document;
    auto const value = document.parse_object("{\"a\":[" + repeat("\"x\",", 500) + "\"y\"]}");
    ASSERT_TRUE(value);
    std::string_view last;
    value->find("a")->for_each_item([&](Value const& item) {
        last = *item.string();
        return true;
    });
    ASSERT_EQ(last, "y");
    document.wipe();
    EXPECT_TRUE(is_wiped(last));
}

// Of each text since the last wipe, not only of the last one.
TEST(Json, WipesWhatALongerTextBeforeLeft)
{
    Document   document;
    auto const value = document.parse_object("{\"a\":\"" + repeat("-", 700) + "\",\"b\":\"secret\"}");
    ASSERT_TRUE(value);
    auto const secret = *value->find("b")->string();
    ASSERT_TRUE(document.parse_object("{}"));
    ASSERT_EQ(secret, "secret");
    document.wipe();
    EXPECT_TRUE(is_wiped(secret));
}

TEST(Json, WipesWhatItRefused)
{
    Document   document;
    auto const good = document.parse_object(R"({"password":"first"})");
    ASSERT_TRUE(good);
    auto const place = *good->find("password")->string();
    EXPECT_FALSE(document.parse_object(R"({"password":"other","password":1})"));
    ASSERT_EQ(place, "other");
    document.wipe();
    EXPECT_TRUE(is_wiped(place));
    EXPECT_TRUE(document.parse_object(R"({"password":"third"})")) << "it is as good as new";
}

TEST(Json, MinifyTakesWhiteSpaceAndNothingElse)
{
    EXPECT_EQ(minify(" { \"a b\" :\t[ 1.10 , -0 ],\r\n\"\\u0041\" : \" \\\" \" } "),
              "{\"a b\":[1.10,-0],\"\\u0041\":\" \\\" \"}");
    EXPECT_EQ(minify("{}"), "{}");
    EXPECT_EQ(minify("{ \"" + std::string(1000, 'x') + "\" : 1 }"), "{\"" + std::string(1000, 'x') + "\":1}");
}

}  // namespace
}  // namespace signet::json
