#include <gmock/gmock.h>

#include "http/compression.hpp"
#include "http/stream.hpp"
#include "http/testing/site.hpp"
#include "revocation/snapshot.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;

constexpr std::string_view kNonce = "abcdefghijklmnop";

class RevocationRoutes : public ::testing::Test {
protected:
    RevocationRoutes() { site_.world.add_user(); }

    // What the answer's stream has sent so far.
    static std::string read(Response const& response)
    {
        std::string bytes;
        static_cast<void>(response.stream->stream().take(bytes, 1 << 20));
        return bytes;
    }
    // The messages in server-sent events.
    std::vector<revocation::Message> messages(std::string_view events) const
    {
        std::vector<revocation::Message> all;
        auto const                       keys = site_.world.feed_keyring.current();
        for (auto at = events.find("data: "); at != std::string_view::npos; at = events.find("data: ", at + 1)) {
            auto const text = events.substr(at + 6, events.find('\n', at) - at - 6);
            auto       read = revocation::read_message(text, {keys->published, testing::kIssuer});
            EXPECT_TRUE(read) << (read ? "" : read.error().detail);
            if (read) all.push_back(*std::move(read));
        }
        return all;
    }
    Response follow(std::string const& query)
    {
        return site_.ask(get("/revocations/stream?" + query).bearer(credential_));
    }
    Response sign_out(testing::Site::SignedIn const& who)
    {
        return site_.ask(post("/api/v1/logout").bearer(who.access));
    }

    testing::Site     site_;
    std::string const credential_ = site_.add_verifier("notes");
};

TEST_F(RevocationRoutes, GreetWithTheNonceAndTheNameOfTheStream)
{
    auto const response = follow("after=0&nonce=" + std::string{kNonce});
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Content-Type"), "text/event-stream");
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header(response, "X-Accel-Buffering"), "no");
    auto const events = read(response);
    EXPECT_TRUE(events.starts_with("event: heartbeat\nid: 0\ndata: ")) << events;
    auto const all = messages(events);
    ASSERT_EQ(all.size(), 1U);
    auto const& greeting = std::get<revocation::Heartbeat>(all.front());
    EXPECT_EQ(greeting.nonce, kNonce);
    EXPECT_EQ(greeting.stream.size(), 22U);
    EXPECT_EQ(greeting.time, site_.world.clock.now());
}

TEST_F(RevocationRoutes, TellASignOutHowManyHaveConfirmedIt)
{
    auto const who      = site_.sign_in();
    auto const response = follow("after=0&nonce=" + std::string{kNonce});
    auto const greeting = std::get<revocation::Heartbeat>(messages(read(response)).at(0));
    EXPECT_EQ(header(sign_out(who), "Signet-Propagated"), "0/1");

    auto const body = "{\"stream\":\"" + greeting.stream + "\",\"seq\":1}";
    EXPECT_EQ(site_.ask(post("/revocations/ack").bearer(credential_).json(body)).status, 204);
}

// The first answer may have been lost before anybody knew.
TEST_F(RevocationRoutes, TellWhoSignsOutAgainAsMuchAsWhoDidFirst)
{
    auto const who = site_.sign_in();
    EXPECT_EQ(header(sign_out(who), "Signet-Propagated"), "0/0");
    auto const again = [&](std::string const& token) {
        auto const response = site_.ask(post("/api/v1/logout").json("{\"refresh_token\":\"" + token + "\"}"));
        EXPECT_EQ(response.status, 204);
        return header(response, "Signet-Propagated");
    };
    EXPECT_EQ(again(who.refresh), "0/0");
    EXPECT_EQ(again("srt_AAAA"), "") << "nobody was signed out";
}

TEST_F(RevocationRoutes, GiveASnapshotOfAllThatIsRevoked)
{
    auto const who = site_.sign_in();
    EXPECT_EQ(sign_out(who).status, 204);
    auto const plain = site_.ask(get("/revocations").bearer(credential_));
    ASSERT_EQ(plain.status, 200);
    EXPECT_EQ(header(plain, "Content-Encoding"), "");
    EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");

    revocation::SnapshotReader reader{site_.world.feed_keyring.current()->published, std::string{testing::kIssuer}};
    ASSERT_TRUE(reader.take(plain.static_body));
    auto const snapshot = reader.finish();
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->entries.size(), 1U);
    EXPECT_EQ(snapshot->entries[0].subject, who.session);

    auto const packed = site_.ask(get("/revocations").bearer(credential_).with("Accept-Encoding", "gzip"));
    EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
    EXPECT_EQ(decompress(packed.static_body, Wrapper::gzip), plain.static_body);
}

TEST_F(RevocationRoutes, PublishKeysThatSignNoToken)
{
    auto const response = site_.ask(get("/revocations/keys"));
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Content-Type"), "application/jwk-set+json");
    auto const keys = jose::KeySet::parse(response.body);
    ASSERT_TRUE(keys);
    auto const& signing = *site_.world.keyring.current()->signing;
    EXPECT_EQ(keys->find(signing.kid()), nullptr);
}

TEST_F(RevocationRoutes, AreForVerifiersAlone)
{
    auto const who = site_.sign_in();
    for (auto const& [bearer, code] : std::vector<std::pair<std::string, std::string>>{
             {"", "missing_token"}, {"svk_nobody", "unknown_verifier"}, {who.access, "unknown_verifier"}})
        for (auto ask : {get("/revocations"), get("/revocations/stream?after=0&nonce=abcdefghijklmnop"),
                         post("/revocations/ack").json(R"({"stream":"x","seq":1})")}) {
            if (!bearer.empty()) ask.bearer(bearer);
            auto const response = site_.ask(ask);
            EXPECT_EQ(refused(response), (Refused{401, code})) << ask.path;
            EXPECT_TRUE(header(response, "WWW-Authenticate").starts_with("Bearer realm=")) << ask.path;
        }
    auto const twice = get("/revocations").bearer(credential_).bearer(credential_);
    EXPECT_EQ(refused(site_.ask(twice)), (Refused{400, "invalid_request"}));
}

// A fresh greeting would say that nothing else was revoked.
TEST_F(RevocationRoutes, VouchForNothingWhileTheLogCannotBeRead)
{
    site_.revocations.set_current(false);
    EXPECT_EQ(refused(follow("after=0&nonce=" + std::string{kNonce})), (Refused{503, "unavailable"}));
    EXPECT_EQ(refused(site_.ask(get("/revocations").bearer(credential_))), (Refused{503, "unavailable"}));
}

TEST_F(RevocationRoutes, GreetWithTheSequenceThatTheClientHolds)
{
    EXPECT_EQ(sign_out(site_.sign_in()).status, 204);
    EXPECT_TRUE(read(follow("after=0&nonce=" + std::string{kNonce})).starts_with("event: heartbeat\nid: 0\n"));
}

TEST_F(RevocationRoutes, RefuseWhatCannotBeMeant)
{
    for (std::string const query :
         {"", "after=0", "nonce=abcdefghijklmnop", "after=-1&nonce=abcdefghijklmnop", "after=1x&nonce=abcdefghijklmnop",
          "after=0&after=0&nonce=abcdefghijklmnop", "after=0&nonce=abcdefghijklmno", "after=0&nonce=abcdefghijklmno%3D",
          "after=99999999999999999999&nonce=abcdefghijklmnop"})
        EXPECT_EQ(refused(follow(query)), (Refused{400, "invalid_request"})) << query;
    EXPECT_EQ(refused(follow("after=1&nonce=abcdefghijklmnop")), (Refused{410, "too_old"}));
}

TEST_F(RevocationRoutes, GoOnBehindTheLastEventThatAClientHasSeen)
{
    EXPECT_EQ(sign_out(site_.sign_in()).status, 204);
    auto const response = site_.ask(
        get("/revocations/stream?after=0&nonce=abcdefghijklmnop").bearer(credential_).with("Last-Event-ID", "1"));
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(messages(read(response)).size(), 1U) << "what it has is not sent again";
}

TEST_F(RevocationRoutes, TakeConfirmationsOfTheirOwnStreamsAlone)
{
    auto const response = follow("after=0&nonce=" + std::string{kNonce});
    auto const greeting = std::get<revocation::Heartbeat>(messages(read(response)).at(0));
    auto const other    = site_.add_verifier("other");
    auto const body     = "{\"stream\":\"" + greeting.stream + "\",\"seq\":0}";
    EXPECT_EQ(refused(site_.ask(post("/revocations/ack").bearer(other).json(body))), (Refused{404, "not_found"}));
    EXPECT_EQ(refused(site_.ask(post("/revocations/ack").bearer(credential_).json(R"({"stream":"x","seq":-1})"))),
              (Refused{400, "invalid_request"}));
}

}  // namespace
}  // namespace signet::http
