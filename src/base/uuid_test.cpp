#include "base/uuid.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace signet {
namespace {

class FixedRandom final : public Random {
public:
    explicit FixedRandom(std::uint8_t byte) : byte_(byte) {}
    void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, byte_); }

private:
    std::uint8_t byte_;
};

TEST(Uuid, CarriesTimeVersionAndVariant)
{
    FixedRandom random{0xFF};
    // RFC 9562 A.6 uses this time.
    auto const  id = Uuid::make(from_unix_milliseconds(0x017F22E279B0), random);
    EXPECT_EQ(id.text(), "017f22e2-79b0-7fff-bfff-ffffffffffff");
}

TEST(Uuid, SortsByTime)
{
    FixedRandom high{0xFF};
    FixedRandom low{0};
    EXPECT_LT(Uuid::make(from_unix_milliseconds(1000), high), Uuid::make(from_unix_milliseconds(1001), low));
}

TEST(Uuid, ReadsBothCasesAndWritesLower)
{
    auto const id = Uuid::parse("017F22E2-79B0-7CC3-98c4-DC0C0C07398F");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->text(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(Uuid, RefusesEveryOtherForm)
{
    for (auto const* text : {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
                             "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
                             "017f22e2-79b0-7cc3-98c4_dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                             "017f22e27-9b0-7cc3-98c4-dc0c0c07398f", " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
                             "017f22e2-79b0-7cc3-98c4-dc0c0c07398\n", "0-7f22e2-79b0-7cc3-98c4-dc0c0c07398f"})
        EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Uuid, DrawsFreshBytesFromTheSystem)
{
    SystemRandom random;
    auto const   now = from_unix_milliseconds(0);
    EXPECT_NE(Uuid::make(now, random), Uuid::make(now, random));
}

}  // namespace
}  // namespace signet
