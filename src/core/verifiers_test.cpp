#include "core/verifiers.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "core/testing/world.hpp"
#include "jose/base64url.hpp"

namespace signet::core {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::World;

struct Verifiers : ::testing::Test {
    World               world;
    VerifierCredentials known;

    SecretString             add(std::string_view name) { return add_verifier(world.ports, name).value(); }
    std::vector<std::string> follow() { return known.follow(world.stores.verifiers()).value(); }
};

TEST(VerifierNames, AreShortAndPlain)
{
    EXPECT_TRUE(is_verifier_name("notes"));
    EXPECT_TRUE(is_verifier_name("Notes-2.eu_west"));
    EXPECT_TRUE(is_verifier_name(std::string(64, 'x')));
    for (auto const& name : {std::string{}, std::string(65, 'x'), std::string{"two words"}, std::string{"a/b"},
                             std::string{"a\n"}, std::string{"\xC3\xBC"}, std::string("a\0b", 3)})
        EXPECT_FALSE(is_verifier_name(name)) << name;
}

// printf %s svk_AAAA… | sha256sum
TEST(Credentials, AreHashedAsTheirText)
{
    EXPECT_EQ(jose::base64url::encode(hash_credential("svk_" + std::string(43, 'A'))),
              "wIOX-jDtDiVq4xRHr-dMiBJDeQQXOGQlUNmurPj5vtE");
}

TEST_F(Verifiers, GetACredentialOf256RandomBits)
{
    auto const one = add("one");
    auto const two = add("two");
    EXPECT_THAT(one.reveal(), StartsWith("svk_"));
    EXPECT_EQ(one.size(), 4U + 43U);
    EXPECT_NE(one.reveal(), two.reveal());
    EXPECT_EQ(world.count(AuditEvent::verifier_added), 2U);
    EXPECT_EQ(world.stores.memory().audit.back().detail, "two");
}

// CHECKS E32
TEST_F(Verifiers, LeaveNoCredentialInStorageOrLog)
{
    auto const  credential = add("one");
    auto const& kept       = world.stores.memory().verifiers.at("one");
    EXPECT_EQ(kept.credential, hash_credential(credential.reveal()));
    EXPECT_EQ(world.stores.memory().audit.back().detail, "one");
}

TEST_F(Verifiers, HaveANameThatIsNobodyElses)
{
    add("one");
    EXPECT_EQ(add_verifier(world.ports, "one").error().code, Errc::name_taken);
    EXPECT_EQ(add_verifier(world.ports, "no name").error().code, Errc::invalid_name);
    EXPECT_EQ(world.count(AuditEvent::verifier_added), 1U);
}

TEST_F(Verifiers, AreFoundByTheirCredentialAlone)
{
    auto const one = add("one");
    auto const two = add("two");
    EXPECT_EQ(known.find(one.reveal()), std::nullopt) << "another process added it a moment ago";
    EXPECT_THAT(follow(), IsEmpty());
    EXPECT_EQ(known.find(one.reveal()), "one");
    EXPECT_EQ(known.find(two.reveal()), "two");

    std::string const text{one.reveal()};
    auto              other = text;
    other.back()            = other.back() == 'A' ? 'B' : 'A';
    for (auto const& wrong : {std::string{}, std::string{"svk_"}, other, text + "A", text.substr(1), "Bearer " + text,
                              std::string{"one"}, "sdt_" + text.substr(4)})
        EXPECT_EQ(known.find(wrong), std::nullopt) << wrong;
}

TEST_F(Verifiers, AreToldOfWhenTheirCredentialIsGone)
{
    auto const one = add("one");
    auto const two = add("two");
    EXPECT_THAT(follow(), IsEmpty());
    ASSERT_TRUE(remove_verifier(world.ports, "one"));
    EXPECT_EQ(world.count(AuditEvent::verifier_removed), 1U);
    EXPECT_THAT(follow(), ElementsAre("one"));
    EXPECT_EQ(known.find(one.reveal()), std::nullopt);
    EXPECT_EQ(known.find(two.reveal()), "two");
    EXPECT_THAT(follow(), IsEmpty()) << "once";
    EXPECT_EQ(remove_verifier(world.ports, "one").error().code, Errc::not_found);

    ASSERT_TRUE(remove_verifier(world.ports, "two"));
    auto const again = add("two");
    EXPECT_THAT(follow(), ElementsAre("two")) << "another of that name is another";
    EXPECT_EQ(known.find(two.reveal()), std::nullopt);
    EXPECT_EQ(known.find(again.reveal()), "two");
}

TEST_F(Verifiers, KeepWhatTheyHaveWhileStorageFails)
{
    auto const one = add("one");
    EXPECT_THAT(follow(), IsEmpty());
    world.stores.memory().failing = true;
    EXPECT_EQ(known.follow(world.stores.verifiers()).error().code, Errc::unavailable);
    EXPECT_EQ(known.find(one.reveal()), "one");
}

TEST_F(Verifiers, AreFoundWhileOthersComeAndGo)
{
    auto const one = add("one");
    EXPECT_THAT(follow(), IsEmpty());
    std::jthread const changing([&](std::stop_token const& stop) {
        while (!stop.stop_requested()) {
            static_cast<void>(add("two"));
            static_cast<void>(follow());
            static_cast<void>(remove_verifier(world.ports, "two"));
            static_cast<void>(follow());
        }
    });
    for (int i = 0; i < 2000; ++i) EXPECT_EQ(known.find(one.reveal()), "one");
}

}  // namespace
}  // namespace signet::core
