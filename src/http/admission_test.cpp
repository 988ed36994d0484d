#include "http/admission.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace signet::http {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

std::shared_ptr<ConnectionCounts> counts(std::size_t all, std::size_t per_address)
{
    Limits limits;
    limits.connections             = all;
    limits.connections_per_address = per_address;
    return std::make_shared<ConnectionCounts>(limits);
}

Bytes const kOne       = {192, 0, 2, 1};
Bytes const kTwo       = {192, 0, 2, 2};
Bytes const kMappedOne = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1};

Bytes v6(std::uint8_t network, std::uint8_t host)
{
    return {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host};
}

TEST(Admission, CountsUntilItsEnd)
{
    auto const all = counts(10, 10);
    {
        auto const first  = all->admit(kOne);
        auto const second = all->admit({});
        EXPECT_EQ(all->total(), 2U);
        EXPECT_FALSE(all->wait_for_none(0ms));
    }
    EXPECT_EQ(all->total(), 0U);
    EXPECT_TRUE(all->wait_for_none(0ms));
}

// So that nobody gives way to who may not come in anyhow.
TEST(Admission, TellsWhoHasAllItMayRatherThanThatAllAreTaken)
{
    auto const all   = counts(2, 1);
    auto const first = all->admit(kOne);
    auto const other = all->admit(kTwo);
    EXPECT_EQ(all->admit(kOne).error(), Overload::connections_per_address);
    EXPECT_EQ(all->admit({}).error(), Overload::connections);
}

TEST(Admission, RefusesMoreThanThereMayBe)
{
    auto const all   = counts(2, 10);
    auto       first = all->admit(kOne);
    auto const other = all->admit({});
    EXPECT_EQ(all->admit(kTwo).error(), Overload::connections);
    EXPECT_EQ(all->admit({}).error(), Overload::connections);
    *first = Admission{};
    EXPECT_TRUE(all->admit(kTwo).has_value());
}

TEST(Admission, RefusesMoreThanOneAddressMayHave)
{
    auto const all    = counts(100, 2);
    auto const first  = all->admit(kOne);
    auto       second = all->admit(kMappedOne);
    EXPECT_EQ(all->admit(kOne).error(), Overload::connections_per_address);
    EXPECT_EQ(all->admit(kMappedOne).error(), Overload::connections_per_address);
    EXPECT_TRUE(all->admit(kTwo).has_value());
    auto const moved = std::move(*second);
    EXPECT_EQ(all->admit(kOne).error(), Overload::connections_per_address);
}

TEST(Admission, CountsANetworkOfIpv6AsOne)
{
    auto const all    = counts(100, 2);
    auto const first  = all->admit(v6(1, 1));
    auto const second = all->admit(v6(1, 2));
    EXPECT_EQ(all->admit(v6(1, 3)).error(), Overload::connections_per_address);
    EXPECT_TRUE(all->admit(v6(2, 1)).has_value());
}

TEST(Admission, BindsNobodyWithoutAnAddress)
{
    auto const             all = counts(100, 1);
    std::vector<Admission> held;
    for (int i = 0; i < 5; ++i) held.push_back(std::move(*all->admit({})));
    EXPECT_EQ(all->total(), 5U);
}

}  // namespace
}  // namespace signet::http
