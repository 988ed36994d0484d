// The header of a JWE, before any key is touched. CHECKS A17, A29, A5 groups 11, 12, 22, 23, 26.
#include <gtest/gtest.h>

#include "jose/test_jwe.hpp"

namespace jose {
namespace {

using namespace test;

TEST(JweHeader, RefusesHeadersThatAreNotOneStrictObject)
{
    EXPECT_EQ(opened_with_header(R"({"alg":"dir","enc":"A128GCM"})"), "accepted");
    EXPECT_EQ(opened_with_header(R"( { "alg" : "dir", "enc":"A128GCM", "jku":"https://x", "n":[1] } )"), "accepted");
    for (std::string_view const header :
         {R"({"alg":"dir","alg":"dir","enc":"A128GCM"})", R"({"alg":"dir","enc":"A128GCM","enc":"A128GCM"})",
          R"({"alg":"dir","enc":"A128GCM","x":{"a":1,"a":1}})", R"({"alg":"dir","enc":"A128GCM"} x)", R"(["dir"])",
          R"("dir")", "null", "{", "\xEF\xBB\xBF{}", "{\"alg\":\"dir\",\"enc\":\"A128GCM\",\"x\":\"\xFF\"}",
          R"({"alg":"dir","enc":"A128GCM","kid":1})", R"({"alg":"dir","enc":"A128GCM","cty":[]})",
          R"({"alg":"dir","enc":"A128GCM","typ":false})", R"({"alg":"dir","enc":"A128GCM","x":[[[[[[[[1]]]]]]]]})"})
        EXPECT_EQ(opened_with_header(header), "malformed_header") << header;
    EXPECT_EQ(opened_with_header(R"({"alg":"dir","enc":"A128GCM","kid":")" + std::string(129, 'k') + R"("})"),
              "malformed_header");
}

// A17, A29, A5 11, 12, 22.
TEST(JweHeader, RefusesCritB64AndZip)
{
    for (std::string_view const member :
         {R"("crit":["b64"])", R"("crit":[])", R"("crit":["exp"],"exp":1)", R"("crit":null)", R"("b64":false)",
          R"("b64":true)", R"("zip":"DEF")", R"("zip":"")", R"("zip":null)", R"("crit":["zip"],"zip":"DEF")"})
        EXPECT_EQ(opened_with_header(R"({"alg":"dir","enc":"A128GCM",)" + std::string(member) + "}"),
                  "unsupported_critical")
            << member;
}

// A29, A5 23, 26: not served at all, whatever the policy says.
TEST(JweHeader, RefusesAlgorithmsThatAreNotServed)
{
    for (std::string_view const alg :
         {"RSA1_5", "RSA-OAEP", "RSA-OAEP-512", "PBES2-HS256+A128KW", "PBES2-HS512+A256KW", "A128GCMKW", "A192KW",
          "ECDH-ES+A192KW", "none", "None", "HS256", "DIR", "dir ", ""})
        EXPECT_EQ(opened_with_header(R"({"alg":")" + std::string(alg) +
                                     R"(","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"})"),
                  "algorithm_not_allowed")
            << alg;
    EXPECT_EQ(opened_with_header(R"({"enc":"A128GCM"})"), "algorithm_not_allowed");
    EXPECT_EQ(opened_with_header(R"({"alg":["dir"],"enc":"A128GCM"})"), "algorithm_not_allowed");
    for (std::string_view const enc : {"A192GCM", "A192CBC-HS384", "A128CBC", "a128gcm", "none", ""})
        EXPECT_EQ(opened_with_header(R"({"alg":"dir","enc":")" + std::string(enc) + R"("})"), "encryption_not_allowed")
            << enc;
    EXPECT_EQ(opened_with_header(R"({"alg":"dir"})"), "encryption_not_allowed");
    EXPECT_EQ(opened_with_header(R"({"alg":"dir","enc":null})"), "encryption_not_allowed");
}

TEST(JweHeader, SaysWhichMemberIsMissing)
{
    auto const detail = [](std::string_view header) {
        return detail_of(decrypt(craft_jwe(header, "text"), direct_key(), jwe_policy(KeyManagement::dir)));
    };
    EXPECT_EQ(detail(R"({"enc":"A128GCM"})"), "alg is missing or not a string");
    EXPECT_EQ(detail(R"({"alg":1,"enc":"A128GCM"})"), "alg is missing or not a string");
    EXPECT_EQ(detail(R"({"alg":"dir"})"), "enc is missing or not a string");
    EXPECT_EQ(detail(R"({"alg":"dir","enc":1})"), "enc is missing or not a string");
    for (std::string_view const epk : {"", R"(,"epk":null)", R"(,"epk":["EC"])"})
        EXPECT_EQ(detail(R"({"alg":"ECDH-ES","enc":"A128GCM")" + std::string(epk) + "}"), "epk is missing or no object")
            << epk;
}

}  // namespace
}  // namespace jose
