#include "http/status_lists.hpp"

#include <gtest/gtest.h>

#include "core/accounts.hpp"
#include "http/testing/site.hpp"
#include "http/testing/status_list_reader.hpp"
#include "jose/jwt.hpp"
#include "jose/test_vectors.hpp"

namespace signet::http {
namespace {

using namespace std::chrono_literals;
using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;
using testing::StatusListReader;

// ---- the reader itself ----

// CHECKS F9: 1, 2, 4, and 8 bits, each index of each list.
TEST(StatusListVectors, AreReadAsTheDraftHasThem)
{
    READ_VECTORS(document, root, "cookbook/token_status_list_vectors.json");
    std::size_t lists = 0;
    root.find("vectors")->for_each_item([&](json::Value vector) {
        auto const bits = *vector.find("bits")->integer();
        SCOPED_TRACE(bits);
        ++lists;
        auto const list = StatusListReader::parse(vector, std::size_t{1} << 20);
        if (!list) return ADD_FAILURE() << "not read", true;
        auto const size = static_cast<std::uint64_t>(*vector.find("size")->integer());
        EXPECT_EQ(list->size(), size);

        std::map<std::uint64_t, std::int64_t> expected;
        vector.find("statuses")->for_each_member([&](std::string_view index, json::Value status) {
            return expected.emplace(std::stoull(std::string{index}), *status.integer()).second;
        });
        auto const    others = *vector.find("others")->integer();
        std::uint64_t wrong  = 0;
        for (std::uint64_t i = 0; i < size; ++i) {
            auto const status = expected.contains(i) ? expected[i] : others;
            wrong += list->find(i) == static_cast<unsigned>(status) ? 0 : 1;
        }
        EXPECT_EQ(wrong, 0U);
        EXPECT_GT(expected.size(), 10U);
        EXPECT_EQ(list->find(size), std::nullopt) << "out of range: no word on the token";
        return true;
    });
    EXPECT_EQ(lists, 4U);
}

std::optional<StatusListReader> read_list(std::string const& text, std::size_t most = StatusListReader::kMostBytes)
{
    auto const value = json::parse_object(text, {.bytes = 1 << 24});
    return value ? StatusListReader::parse(*value, most) : std::nullopt;
}

// draft-ietf-oauth-status-list 4.2
TEST(StatusListReading, TakesTheExamplesOfTheDraft)
{
    auto const one = read_list(R"({"bits":1,"lst":"eNrbuRgAAhcBXQ"})");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->size(), 16U);
    for (std::uint64_t const set : {0, 3, 4, 5, 7, 8, 9, 13, 15}) EXPECT_EQ(one->find(set), 1U) << set;
    for (std::uint64_t const clear : {1, 2, 6, 10, 11, 12, 14}) EXPECT_EQ(one->find(clear), 0U) << clear;
    EXPECT_EQ(one->find(16), std::nullopt);

    auto const two = read_list(R"({"bits":2,"lst":"eNo76fITAAPfAgc"})");
    ASSERT_TRUE(two);
    unsigned const expected[] = {1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3};
    for (std::uint64_t i = 0; i < 12; ++i) EXPECT_EQ(two->find(i), expected[i]) << i;
}

TEST(StatusListReading, RefusesWhatIsNoList)
{
    for (auto const* const text : {R"({"bits":3,"lst":"eNrbuRgAAhcBXQ"})", R"({"bits":0,"lst":"eNrbuRgAAhcBXQ"})",
                                   R"({"bits":"1","lst":"eNrbuRgAAhcBXQ"})", R"({"lst":"eNrbuRgAAhcBXQ"})",
                                   R"({"bits":1})", R"({"bits":1,"lst":7})", R"({"bits":1,"lst":"eNrbuRgAAhcBXQ=="})",
                                   R"({"bits":1,"lst":"AQID"})", R"({"bits":1,"lst":"eNrbuRgAAhcB"})"})
        EXPECT_FALSE(read_list(text)) << text;
}

// CHECKS F9: whatever a few bytes are packed from.
TEST(StatusListReading, InflatesNoMoreThanItIsToldTo)
{
    auto const bomb = R"({"bits":1,"lst":")" +
                      jose::base64url::encode(compress(std::string(64UL << 20, '\0'), Wrapper::zlib)) + R"("})";
    EXPECT_LT(bomb.size(), 400UL * 1024);
    EXPECT_FALSE(read_list(bomb));
    EXPECT_FALSE(read_list(R"({"bits":1,"lst":"eNrbuRgAAhcBXQ"})", 1));
    EXPECT_TRUE(read_list(R"({"bits":1,"lst":"eNrbuRgAAhcBXQ"})", 2));
}

// ---- the lists ----

testing::SiteOptions with_lists()
{
    auto core               = core::testing::cheap_settings();
    core.tokens.status_list = true;
    return {.core = core};
}

class StatusListsTest : public ::testing::Test {
protected:
    StatusListsTest() { site_.world.add_user(); }

    static std::string ended(core::Result<StatusLists::Answer> const& answer)
    {
        return answer ? "made" : std::string{core::name(answer.error().code)};
    }
    // As the resource server that was given the access token: the bit that the token names, in the list that it names.
    std::optional<unsigned> status(std::string const& access, StatusLists::Clock::time_point now)
    {
        auto const token = jose::UnverifiedToken::parse(access);
        auto const claim = json::parse_object(token->claims_json())->find("status")->find("status_list");
        auto const index = *claim->find("idx")->integer();
        auto const uri   = std::string{*claim->find("uri")->string()};
        auto const id    = std::stoull(uri.substr(uri.rfind('/') + 1));
        auto const list  = lists_.get(id, now);
        if (!list) return std::nullopt;
        return read(*list->token, uri)->find(static_cast<std::uint64_t>(index));
    }
    std::optional<StatusListReader> read(std::string const& list, std::string const& uri)
    {
        auto const policy = jose::Policy::create({.type                          = "statuslist+jwt",
                                                  .algorithms                    = {jose::Algorithm::es256},
                                                  .max_token_bytes               = 64UL * 1024,
                                                  .dangerously_accept_any_issuer = true,  // its "sub" says whose it is
                                                  .dangerously_accept_any_audience = true});
        EXPECT_TRUE(policy) << policy.error().detail;
        auto const token =
            jose::verify(list, site_.world.keyring.current()->published, *policy, site_.world.clock.now());
        EXPECT_TRUE(token) << token.error().detail;
        EXPECT_EQ(token->subject(), uri);
        auto const claims = json::parse_object(token->claims_json(), {.bytes = 64UL * 1024});
        return StatusListReader::parse(*claims->find("status_list"));
    }

    testing::Site                  site_{with_lists()};
    StatusLists                    lists_{site_.world.ports};
    StatusLists::Clock::time_point now_{1h};
};

TEST_F(StatusListsTest, SayWhoIsSignedOut)
{
    auto const stays = site_.sign_in();
    auto const goes  = site_.sign_in();
    EXPECT_EQ(status(goes.access, now_), 0U);
    ASSERT_EQ(site_.ask(post("/api/v1/logout").bearer(goes.access)).status, 204);
    EXPECT_EQ(status(goes.access, now_ + 15s), 1U);
    EXPECT_EQ(status(stays.access, now_ + 15s), 0U);
}

TEST_F(StatusListsTest, SayWhoseAccountIsDisabled)
{
    auto const who = site_.sign_in();
    ASSERT_TRUE(core::disable_user(site_.world.ports, "ann@example.com"));
    EXPECT_EQ(status(who.access, now_), 1U);
}

TEST_F(StatusListsTest, SayThatATokenOfTheSessionWasRevoked)
{
    auto const who = site_.sign_in();
    ASSERT_EQ(site_.ask(post("/revoke").form("token=" + who.access)).status, 200);
    EXPECT_EQ(status(who.access, now_), 1U);
}

TEST_F(StatusListsTest, SayNothingMoreOnceNoTokenIsLeft)
{
    auto const who = site_.sign_in();
    ASSERT_EQ(site_.ask(post("/api/v1/logout").bearer(who.access)).status, 204);
    ASSERT_TRUE(site_.world.stores.revocations().remove_revocations(site_.world.clock.now() + 24h, 1000));
    EXPECT_EQ(status(who.access, now_), 0U);
}

TEST_F(StatusListsTest, HaveRoomForEveryPlace)
{
    site_.sign_in();
    auto const list = read(*lists_.get(0, now_)->token, "https://id.example.com/status-lists/0");
    ASSERT_TRUE(list);
    EXPECT_EQ(list->size(), core::kStatusesOfAList);
}

TEST_F(StatusListsTest, AreMadeOnceForFifteenSeconds)
{
    site_.sign_in();
    auto const first = lists_.get(0, now_);
    auto const deeds = site_.world.stores.memory().deeds;
    ASSERT_TRUE(first);
    EXPECT_EQ(first->fresh_for, 15s);
    auto const later = lists_.get(0, now_ + 14'999ms);
    EXPECT_EQ(later->token, first->token);
    EXPECT_EQ(later->fresh_for, 0s);
    EXPECT_EQ(lists_.get(0, now_ + 5s)->fresh_for, 10s);
    EXPECT_EQ(site_.world.stores.memory().deeds, deeds) << "storage is not asked";
    EXPECT_NE(lists_.get(0, now_ + 15s)->token, first->token);
}

// Whoever has fetched the key set knows a revoked key no more.
TEST_F(StatusListsTest, AreMadeAnewByANewKey)
{
    site_.sign_in();
    auto const first = lists_.get(0, now_);
    ASSERT_TRUE(site_.world.keyring.rotate_now());
    auto const next = lists_.get(0, now_);
    EXPECT_NE(next->token, first->token);
    EXPECT_TRUE(read(*next->token, "https://id.example.com/status-lists/0"));
}

TEST_F(StatusListsTest, AreNotThereBeforeASessionHasAPlaceInThem)
{
    EXPECT_EQ(ended(lists_.get(0, now_)), "not_found");
    site_.sign_in();
    EXPECT_EQ(ended(lists_.get(0, now_)), "made");
    EXPECT_EQ(ended(lists_.get(1, now_)), "not_found");
    site_.world.stores.memory().next_status_index = core::kStatusesOfAList;
    EXPECT_EQ(ended(lists_.get(1, now_)), "not_found");
    site_.sign_in();
    EXPECT_EQ(ended(lists_.get(1, now_)), "made");
}

TEST_F(StatusListsTest, ThatCannotBeReadAreRefused)
{
    site_.sign_in();
    site_.world.stores.memory().failing = true;
    EXPECT_EQ(ended(lists_.get(0, now_)), "unavailable");
    site_.world.stores.memory().failing = false;
    EXPECT_EQ(ended(lists_.get(0, now_)), "made");
}

TEST_F(StatusListsTest, AreKeptUpToSoManyThoseAskedForLast)
{
    auto const many                               = StatusLists::kMostKept + 1;
    site_.world.stores.memory().next_status_index = many * core::kStatusesOfAList;
    std::vector<Piece> made;
    for (core::StatusListId i = 0; i < many; ++i) made.push_back(lists_.get(i, now_ + i * 1ms)->token);
    EXPECT_EQ(lists_.get(many - 1, now_ + 1s)->token, made.back());
    EXPECT_EQ(lists_.get(1, now_ + 1s)->token, made[1]);
    EXPECT_NE(lists_.get(0, now_ + 1s)->token, made[0]) << "it had to be made anew";
}

// ---- GET /status-lists/{id} ----

TEST_F(StatusListsTest, AreForEveryoneAndMayBeHeld)
{
    site_.sign_in();
    auto const response = site_.ask(get("/status-lists/0").from_stranger());
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Content-Type"), "application/statuslist+jwt");
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "*");
    EXPECT_TRUE(header(response, "Cache-Control").starts_with("public, max-age=1"))
        << header(response, "Cache-Control");
    EXPECT_TRUE(read(response.body, "https://id.example.com/status-lists/0"));

    auto const tag  = header(response, "ETag");
    auto const same = site_.ask(get("/status-lists/0").with("If-None-Match", tag));
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
}

TEST_F(StatusListsTest, HaveOneNameEach)
{
    site_.sign_in();
    for (auto const* const path :
         {"/status-lists/1", "/status-lists/00", "/status-lists/-0", "/status-lists/0x0", "/status-lists/x",
          "/status-lists/18446744073709551616", "/status-lists/999999999999", "/status-lists/140737488355328"})
        EXPECT_EQ(refused(site_.ask(get(path))), (Refused{404, "not_found"})) << path;
}

// draft-ietf-oauth-status-list 8.4
TEST_F(StatusListsTest, AreOfNoOtherTime)
{
    site_.sign_in();
    EXPECT_EQ(refused(site_.ask(get("/status-lists/0?time=1700000000"))), (Refused{404, "not_found"}));
    EXPECT_EQ(site_.ask(get("/status-lists/0?x=1")).status, 200);
}

TEST_F(StatusListsTest, AreReadAlsoWhileTokensOfBeforeStillNameThem)
{
    auto const who                          = site_.sign_in();
    site_.world.settings.tokens.status_list = false;
    EXPECT_EQ(site_.ask(get("/status-lists/0")).status, 200);
    ASSERT_EQ(site_.ask(post("/api/v1/logout").bearer(who.access)).status, 204);
    EXPECT_EQ(status(who.access, now_), 1U);
}

TEST(StatusListsOfASharedSecret, AreNotThere)
{
    auto options                  = with_lists();
    options.core.tokens.algorithm = jose::Algorithm::hs256;
    testing::Site site(options);
    site.world.add_user();
    site.sign_in();
    EXPECT_EQ(refused(site.ask(get("/status-lists/0"))), (Refused{404, "not_found"}));
}

}  // namespace
}  // namespace signet::http
