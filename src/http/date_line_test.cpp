#include "http/date_line.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

TEST(DateLine, IsTheExampleOfTheRfc)
{
    DateLine date;
    EXPECT_EQ(date.at(784111777), "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");  // RFC 9110 5.6.7
    EXPECT_EQ(date.at(784111778), "date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
    EXPECT_EQ(date.at(784111778), "date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
}

TEST(DateLine, KnowsTheEdgesOfTheCalendar)
{
    DateLine date;
    EXPECT_EQ(date.at(0), "date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
    EXPECT_EQ(date.at(951827696), "date: Tue, 29 Feb 2000 12:34:56 GMT\r\n");
    EXPECT_EQ(date.at(1767225599), "date: Wed, 31 Dec 2025 23:59:59 GMT\r\n");
}

}  // namespace
}  // namespace signet::http
