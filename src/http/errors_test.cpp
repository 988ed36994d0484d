#include "http/errors.hpp"

#include <gtest/gtest.h>

#include <set>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::header;
using testing::Refused;
using testing::refused;

TEST(Errors, HaveARowForEveryCodeOfCore)
{
    for (int i = 0; i <= static_cast<int>(core::Errc::wrong_master_key); ++i) {
        auto const code = static_cast<core::Errc>(i);
        EXPECT_EQ(find_error(code).code, core::name(code));
    }
}

TEST(Errors, HaveARowForEveryCodeOfHttp)
{
    for (int i = 0; i <= static_cast<int>(Errc::http_version_not_supported); ++i)
        EXPECT_FALSE(find_error(static_cast<Errc>(i)).code.empty());
    EXPECT_EQ(find_error(Errc::not_found).status, 404);
    EXPECT_EQ(find_error(Errc::origin_not_allowed).status, 403);
    EXPECT_EQ(find_error(Errc::unsupported_media_type).status, 415);
}

TEST(Errors, NameEachCodeOnce)
{
    std::set<std::string_view> codes;
    for (auto const& row : error_rows()) {
        EXPECT_TRUE(codes.insert(row.code).second) << row.code;
        EXPECT_GE(row.status, 400);
        EXPECT_TRUE(row.sentence.ends_with('.') || row.code == "invalid_role") << row.code;
    }
}

TEST(Errors, NeverShowTheDetail)
{
    auto const response = refuse(core::Error{core::Errc::unavailable, "disk /dev/sda is full"});
    EXPECT_EQ(refused(response), (Refused{503, "unavailable"}));
    EXPECT_EQ(response.body.find("sda"), std::string::npos);
}

TEST(Errors, NeverTakeAStorageFailureForAWrongPassword)
{
    EXPECT_EQ(refused(refuse(core::Error{core::Errc::unavailable})), (Refused{503, "unavailable"}));
    EXPECT_EQ(refused(refuse(core::Error{core::Errc::bad_credentials})), (Refused{401, "bad_credentials"}));
}

TEST(Errors, SayWhenToComeBack)
{
    EXPECT_EQ(header(refuse(core::Error{core::Errc::slow_down, "", std::chrono::seconds{23}}), "Retry-After"), "23");
    EXPECT_EQ(header(refuse(core::Error{core::Errc::slow_down, "", std::chrono::seconds{0}}), "Retry-After"), "1");
    EXPECT_EQ(header(refuse(Errc::busy), "Retry-After"), "1");
    EXPECT_EQ(header(refuse(Errc::not_found), "Retry-After"), "");
}

TEST(Errors, AnswerWhatNeverBecameARequest)
{
    EXPECT_EQ(refused(error_page(431, "header_too_large", {})), (Refused{431, "header_too_large"}));
    EXPECT_EQ(refused(error_page(400, "bad_request", {})), (Refused{400, "bad_request"}));
    EXPECT_EQ(refused(error_page(408, "request_timeout", {})), (Refused{408, "request_timeout"}));
    EXPECT_EQ(refused(error_page(421, "tls_required", {})), (Refused{421, "tls_required"}));
    EXPECT_EQ(refused(error_page(505, "http_version_not_supported", {})), (Refused{505, "http_version_not_supported"}));
    EXPECT_EQ(header(error_page(400, "bad_request", {}), "X-Content-Type-Options"), "nosniff");
    EXPECT_NE(header(error_page(405, "method_not_allowed", {}), "Allow"), "");
    EXPECT_EQ(header(error_page(400, "bad_request", {}), "Strict-Transport-Security"), "");
    EXPECT_NE(header(error_page(400, "bad_request", {.strict = true}), "Strict-Transport-Security"), "");
}

TEST(Errors, AnswerAnUnknownCodeByItsStatus)
{
    EXPECT_EQ(refused(error_page(413, "never heard of", {})), (Refused{413, "payload_too_large"}));
    EXPECT_EQ(refused(error_page(599, "never heard of", {})), (Refused{599, "internal"}));
    // A code that belongs to another status does not make a contradiction.
    EXPECT_EQ(refused(error_page(413, "not_found", {})), (Refused{413, "payload_too_large"}));
}

}  // namespace
}  // namespace signet::http
