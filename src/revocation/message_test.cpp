#include "revocation/message.hpp"

#include <gtest/gtest.h>

#include "jose/base64url.hpp"
#include "jose/test_tokens.hpp"
#include "revocation/test_log.hpp"

namespace signet::revocation {
namespace {

using jose::Errc;
using test::Issuer;
using test::kNow;
using test::kRun;
using test::Log;
using namespace std::chrono_literals;

class Messages : public ::testing::Test {
protected:
    Messages()
    {
        log.add(Kind::session, "s1");
        log.add(Kind::user, "ann");
        log.add(Kind::everything, "*");
    }

    jose::Result<Message> read(std::string const& text) { return read_message(text, {issuer.keys(), issuer.name}); }

    Errc refused(std::string const& text)
    {
        auto const message = read(text);
        EXPECT_FALSE(message) << text;
        return message ? Errc{255} : message.error().code;
    }

    // A payload as it stands, rightly signed.
    std::string sign_json(std::string const& claims, std::string_view type = kMessageType)
    {
        return *jose::sign_payload(claims, issuer.key, type);
    }
    std::string claims(std::string const& events)
    {
        return R"({"iss":")" + issuer.name + R"(","iat":1764200000,"jti":"019ac276-e07b-7d3f-9c55-0a1f6f1d2b3c",)" +
               R"("events":)" + events + "}";
    }
    Errc refused_events(std::string const& events) { return refused(sign_json(claims(events))); }

    Issuer issuer;
    Log    log;
};

TEST_F(Messages, CarryEntriesAndWhereTheyLead)
{
    auto const message = read(issuer.sign(log.delta(1)));
    ASSERT_TRUE(message) << message.error().detail;
    auto const& delta = std::get<Delta>(*message);
    EXPECT_EQ(delta.before, log.at(1).hash);
    EXPECT_EQ(delta.after, log.end());
    EXPECT_EQ(delta.entries, (std::vector<Entry>{log.entries()[1], log.entries()[2]}));
}

TEST_F(Messages, TellWhereTheLogStands)
{
    Heartbeat const said{.at     = log.end(),
                         .time   = kNow + 7ms,
                         .run    = kRun,
                         .up     = 12s,
                         .stream = "stream-1",
                         .nonce  = "0123456789abcdefABCDEF-_"};
    auto const      message = read(issuer.sign(said));
    ASSERT_TRUE(message) << message.error().detail;
    auto const& heartbeat = std::get<Heartbeat>(*message);
    EXPECT_EQ(heartbeat.at, said.at);
    EXPECT_EQ(heartbeat.time, said.time);
    EXPECT_EQ(heartbeat.run, said.run);
    EXPECT_EQ(heartbeat.up, said.up);
    EXPECT_EQ(heartbeat.stream, said.stream);
    EXPECT_EQ(heartbeat.nonce, said.nonce);

    auto const later = read(issuer.sign(Heartbeat{.at = Log{}.end(), .time = kNow, .run = kRun}));
    ASSERT_TRUE(later) << later.error().detail;
    EXPECT_TRUE(std::get<Heartbeat>(*later).stream.empty());
    EXPECT_TRUE(std::get<Heartbeat>(*later).nonce.empty());
}

TEST_F(Messages, HaveTheHeaderAndClaimsThatThePageSays)
{
    auto const token =
        *jose::UnverifiedToken::parse(issuer.sign(Heartbeat{.at = log.end(), .time = kNow, .run = kRun}));
    EXPECT_EQ(token.header_json(), R"({"alg":"EdDSA","kid":"f1","typ":"secevent+jwt"})");
    auto const claims = std::string{token.claims_json()};
    EXPECT_TRUE(claims.starts_with(R"({"iss":"https://id.example.com","iat":1764200000,"jti":"019ac283-)")) << claims;
    EXPECT_TRUE(claims.ends_with(R"("events":{"urn:signet:heartbeat":{"log":1764200000000,"seq":3,"hash":")" +
                                 jose::base64url::encode(log.end().hash) +
                                 R"(","time":1764200000000,"run":"run-0123456789ab","up":0}}})"))
        << claims;
}

TEST_F(Messages, AreBelievedOfTheirIssuerAndItsKeysAlone)
{
    auto const said = Heartbeat{.at = log.end(), .time = kNow, .run = kRun};
    Issuer     same_kid;
    EXPECT_EQ(refused(same_kid.sign(said)), Errc::bad_signature);
    Issuer other_kid{issuer.name, "f2"};
    EXPECT_EQ(refused(other_kid.sign(said)), Errc::unknown_key);
    auto elsewhere = *sign_heartbeat(
        said, {.issuer = "https://id.example.com/", .now = kNow, .random = issuer.random, .key = issuer.key});
    EXPECT_EQ(refused(elsewhere), Errc::issuer_mismatch);
    auto forged = issuer.sign(said);
    forged[forged.find('.') + 10] ^= 1;
    EXPECT_EQ(refused(forged), Errc::bad_signature);
    EXPECT_EQ(refused(""), Errc::malformed_token);
}

// Though the key set, or a cache on the way, has it still.
TEST_F(Messages, AreNotBelievedOfARevokedKey)
{
    auto const    text = issuer.sign(Heartbeat{.at = log.end(), .time = kNow, .run = kRun});
    auto const    keys = issuer.keys();
    RevocationSet set;
    set.add({.sequence = 1, .kind = Kind::key, .subject = "f2", .not_before = kNow, .until = kNow + 21min});
    EXPECT_TRUE(read_message(text, {keys, issuer.name, &set}));
    set.add({.sequence = 2, .kind = Kind::key, .subject = "f1", .not_before = kNow, .until = kNow + 21min});
    auto const read = read_message(text, {keys, issuer.name, &set});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::unknown_key) << "there may be another key";
    // Where there is one key, a message need not say which.
    auto const claims   = text.substr(text.find('.') + 1, text.rfind('.') - text.find('.') - 1);
    auto const payload  = *jose::base64url::decode(claims);
    auto const header   = R"({"alg":"EdDSA","typ":")" + std::string{kMessageType} + R"("})";
    auto const nameless = jose::test::craft(issuer.key, header, {payload.begin(), payload.end()});
    EXPECT_TRUE(read_message(nameless, {keys, issuer.name}));
    EXPECT_FALSE(read_message(nameless, {keys, issuer.name, &set}));
}

// CHECKS A34, A35
TEST_F(Messages, AreNoAccessTokensNorTheOtherWayRound)
{
    auto const message = issuer.sign(Heartbeat{.at = log.end(), .time = kNow, .run = kRun});
    auto const policy  = jose::Policy::create({.issuer                           = issuer.name,
                                               .audience                         = "",
                                               .type                             = "at+jwt",
                                               .algorithms                       = {jose::Algorithm::eddsa},
                                               .dangerously_allow_missing_expiry = true,
                                               .dangerously_accept_any_audience  = true});
    auto const taken   = jose::verify(message, issuer.keys(), *policy, kNow);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::type_mismatch);

    auto const same_claims =
        claims(R"({"urn:signet:heartbeat":{"log":1,"seq":0,"hash":")" + jose::base64url::encode(Hash{}) +
               R"(","time":1,"run":"run-0123456789ab","up":1}})");
    ASSERT_TRUE(read(sign_json(same_claims)));
    for (auto const* type : {"at+jwt", "JWT", "", "secevent+jwt+x"})
        EXPECT_EQ(refused(sign_json(same_claims, type)), Errc::type_mismatch) << type;
}

TEST_F(Messages, AreSignedWithNothingButEdDsa)
{
    auto const   es256 = *jose::SigningKey::generate(jose::Algorithm::es256, "f1");
    SystemRandom random;
    auto const text = *sign_heartbeat({.at = log.end(), .time = kNow, .run = kRun}, {issuer.name, kNow, random, es256});
    auto const keys = *jose::KeySet::from({es256.verification_key()});
    auto const read = read_message(text, {keys, issuer.name});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::algorithm_not_allowed);
}

TEST_F(Messages, SayOneThingEach)
{
    auto const heartbeat = R"("urn:signet:heartbeat":{"log":1,"seq":0,"hash":")" + jose::base64url::encode(Hash{}) +
                           R"(","time":1,"run":"run-0123456789ab","up":1})";
    EXPECT_TRUE(read(sign_json(claims("{" + heartbeat + "}"))));
    EXPECT_EQ(refused_events("{}"), Errc::malformed_claims);
    EXPECT_EQ(refused_events("[]"), Errc::wrong_claim_type);
    EXPECT_EQ(refused_events("{" + heartbeat + R"(,"urn:signet:other":{}})"), Errc::malformed_claims);
    EXPECT_EQ(refused_events(R"({"urn:signet:other":{},)" + heartbeat + "}"), Errc::malformed_claims);
    EXPECT_EQ(refused_events(R"({"urn:signet:heartbeats":{}})"), Errc::malformed_claims);
    EXPECT_EQ(refused_events(R"({"urn:signet:heartbeat":[]})"), Errc::wrong_claim_type);
    EXPECT_EQ(refused_events("{" + heartbeat + "," + heartbeat + "}"), Errc::malformed_claims) << "one name twice";
}

TEST_F(Messages, HaveTheirClaimsAndNoOthers)
{
    auto const events = R"("events":{"urn:signet:heartbeat":{"log":1,"seq":0,"hash":")" +
                        jose::base64url::encode(Hash{}) + R"(","time":1,"run":"run-0123456789ab","up":1}})";
    auto const iss = R"({"iss":")" + issuer.name + R"(",)";
    auto const jti = std::string{R"("jti":"019ac276-e07b-7d3f-9c55-0a1f6f1d2b3c",)"};
    EXPECT_TRUE(read(sign_json(iss + R"("iat":1,)" + jti + events + "}")));
    EXPECT_EQ(refused(sign_json(iss + jti + events + "}")), Errc::missing_claim);
    EXPECT_EQ(refused(sign_json(iss + R"("iat":1,)" + events + "}")), Errc::missing_claim);
    EXPECT_EQ(refused(sign_json(iss + R"("iat":1,"jti":"1",)" + events + "}")), Errc::malformed_claims);
    EXPECT_EQ(refused(sign_json(R"({"iat":1,)" + jti + events + "}")), Errc::missing_claim);
    EXPECT_EQ(refused(sign_json(iss + R"("iat":1,"jti":"019ac276-e07b-7d3f-9c55-0a1f6f1d2b3c"})")),
              Errc::missing_claim);
    EXPECT_EQ(refused(sign_json(iss + R"("iat":1.5,)" + jti + events + "}")), Errc::wrong_claim_type);
    EXPECT_EQ(refused(sign_json(iss + R"("iat":1,"sub":"ann",)" + jti + events + "}")), Errc::malformed_claims);
    EXPECT_EQ(refused(sign_json(iss + R"("iat":1,"exp":2,)" + jti + events + "}")), Errc::expired);
}

TEST_F(Messages, HaveHeartbeatsOfOneForm)
{
    auto const zeros = jose::base64url::encode(Hash{});
    auto const some  = jose::base64url::encode(log.end().hash);
    auto const with  = [&](std::string const& members) { return R"({"urn:signet:heartbeat":{)" + members + "}}"; };
    auto const run   = std::string{R"(,"run":"run-0123456789ab","up":1)"};
    auto const good  = R"("log":1,"seq":3,"hash":")" + some + R"(","time":1)" + run;
    ASSERT_TRUE(read(sign_json(claims(with(good)))));

    for (auto const& missing :
         {R"("seq":3,"hash":")" + some + R"(","time":1)" + run, R"("log":1,"hash":")" + some + R"(","time":1)" + run,
          std::string{R"("log":1,"seq":3,"time":1)" + run}, R"("log":1,"seq":3,"hash":")" + some + "\"" + run,
          R"("log":1,"seq":3,"hash":")" + some + R"(","time":1,"up":1)",
          R"("log":1,"seq":3,"hash":")" + some + R"(","time":1,"run":"run-0123456789ab")"})
        EXPECT_EQ(refused_events(with(missing)), Errc::missing_claim) << missing;
    for (auto const& other_type :
         {R"("log":"1","seq":3,"hash":")" + some + R"(","time":1)" + run,
          R"("log":1,"seq":3.0,"hash":")" + some + R"(","time":1)" + run,
          std::string{R"("log":1,"seq":3,"hash":7,"time":1)" + run}, good + R"(,"stream":1)", good + R"(,"nonce":null)",
          R"("log":1,"seq":3,"hash":")" + some + R"(","time":1,"run":1,"up":1)",
          R"("log":1,"seq":3,"hash":")" + some + R"(","time":1,"run":"run-0123456789ab","up":1.5)"})
        EXPECT_EQ(refused_events(with(other_type)), Errc::wrong_claim_type) << other_type;
    for (auto const& nonsense : std::vector<std::string>{
             R"("log":-1,"seq":3,"hash":")" + some + R"(","time":1)" + run,
             R"("log":1,"seq":100000000000000,"hash":")" + some + R"(","time":1)" + run,
             R"("log":1,"seq":3,"hash":")" + some + R"(=","time":1)" + run,
             R"("log":1,"seq":3,"hash":"AAAA","time":1)" + run,
             R"("log":1,"seq":3,"hash":")" + zeros + R"(","time":1)" + run,
             R"("log":1,"seq":0,"hash":")" + some + R"(","time":1)" + run, good + R"(,"stream":"")",
             good + R"(,"stream":"a b")", good + R"(,"nonce":"short")",
             R"("log":1,"seq":3,"hash":")" + some + R"(","time":1,"run":"short","up":1)",
             R"("log":1,"seq":3,"hash":")" + some + R"(","time":1,"run":"run-0123456789ab","up":-1)",
             good + R"(,"more":1)"})
        EXPECT_EQ(refused_events(with(nonsense)), Errc::malformed_claims) << nonsense;
}

TEST_F(Messages, HoldNoEntriesThatDoNotLeadWhereTheySay)
{
    auto const good    = log.delta(1);
    auto const refuses = [&](auto const& change) {
        auto delta = good;
        change(delta);
        return refused(issuer.sign(delta));
    };
    ASSERT_TRUE(read(issuer.sign(good)));
    EXPECT_EQ(refuses([](Delta& d) { d.before = Hash{}; }), Errc::malformed_claims);
    EXPECT_EQ(refuses([](Delta& d) { d.before[5] ^= 1; }), Errc::malformed_claims);
    EXPECT_EQ(refuses([](Delta& d) { d.after.hash[31] ^= 1; }), Errc::malformed_claims);
    EXPECT_EQ(refuses([](Delta& d) { d.after.sequence += 1; }), Errc::malformed_claims);
    EXPECT_EQ(refuses([](Delta& d) { d.entries.pop_back(); }), Errc::malformed_claims) << "one is kept back";
    EXPECT_EQ(refuses([](Delta& d) { d.entries.erase(d.entries.begin()); }), Errc::malformed_claims);
    EXPECT_EQ(refuses([](Delta& d) { std::swap(d.entries[0], d.entries[1]); }), Errc::malformed_claims);
    EXPECT_EQ(refuses([](Delta& d) { d.entries[1].subject = "x"; }), Errc::malformed_claims);
    EXPECT_EQ(refuses([](Delta& d) { d.entries[0].subject = "bob"; }), Errc::malformed_claims) << "another's name";
    EXPECT_EQ(refuses([](Delta& d) { d.entries.clear(); }), Errc::malformed_claims);
    // A log that begins in its middle, rightly linked.
    Log other;
    other.add(Kind::session, "s1");
    auto const first = other.delta(0);
    EXPECT_EQ(refuses([&](Delta& d) { d = first, d.before[0] = 1; }), Errc::malformed_claims);
}

TEST_F(Messages, HoldNoEntriesThatAreNoLines)
{
    auto const begin = R"({"urn:signet:revocations":{"log":1,"seq":1,"prev":")" + jose::base64url::encode(Hash{}) +
                       R"(","hash":")" + jose::base64url::encode(link(Hash{}, "1 session x 2 3")) + R"(","entries":)";
    ASSERT_TRUE(read(sign_json(claims(begin + R"(["1 session x 2 3"]}})"))));
    EXPECT_EQ(refused_events(begin + R"(["1 session x 2 3 "]}})"), Errc::malformed_claims);
    EXPECT_EQ(refused_events(begin + R"(["01 session x 2 3"]}})"), Errc::malformed_claims);
    EXPECT_EQ(refused_events(begin + R"([1]}})"), Errc::malformed_claims);
    EXPECT_EQ(refused_events(begin + R"("1 session x 2 3"}})"), Errc::wrong_claim_type);
    EXPECT_EQ(refused_events(begin + R"(["1 session x 2 3"],"x":1}})"), Errc::malformed_claims);
}

// The longest lines that there are.
TEST_F(Messages, HoldAsManyEntriesAsADeltaMayHave)
{
    auto const         latest = from_unix_milliseconds(99'999'999'999'999);
    std::vector<Entry> entries;
    Position           before{
                  .log = 99'999'999'999'999, .sequence = 99'999'999'999'999 - kMostEntries - 1, .hash = log.end().hash};
    Position after = before;
    for (std::size_t i = 0; i < kMostEntries; ++i) {
        entries.push_back({.sequence   = ++after.sequence,
                           .kind       = Kind::session,
                           .subject    = std::string(kLongestSubject, 'x'),
                           .not_before = latest,
                           .until      = latest});
        after.hash = link(after.hash, format_line(entries.back()));
    }
    issuer.name     = "https://" + std::string(300, 'x');
    auto const text = sign_delta({.before = before.hash, .after = after, .entries = entries}, issuer.signing());
    ASSERT_TRUE(text) << text.error().detail;
    EXPECT_LE(text->size(), kLargestMessage);
    EXPECT_TRUE(read(*text));

    Log more_lines;
    for (std::size_t i = 0; i < kMostEntries + 1; ++i) more_lines.add(Kind::session, "x");
    auto const more = read(issuer.sign(more_lines.delta(0)));
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, Errc::malformed_claims);
}

TEST_F(Messages, AreNoLargerThan64KiB)
{
    Delta delta    = log.delta(0);
    Entry long_one = log.entries().front();
    long_one.subject.assign(kLongestSubject, 'x');
    delta.entries.assign(400, long_one);
    auto const text = sign_delta(delta, issuer.signing());
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Errc::malformed_claims) << "jose's own limit of claims";
    delta.entries.resize(330);
    auto const less = sign_delta(delta, issuer.signing());
    ASSERT_FALSE(less);
    EXPECT_EQ(less.error().code, Errc::token_too_large);
    EXPECT_EQ(refused(std::string(kLargestMessage + 1, 'x')), Errc::token_too_large);
}

TEST(Nonces, AreSixteenToSixtyFourCharactersOfBase64url)
{
    EXPECT_TRUE(is_nonce("abcdefghijklmnop"));
    EXPECT_TRUE(is_nonce(std::string(64, '_')));
    for (auto const& other : {std::string(15, 'a'), std::string(65, 'a'), std::string{"abcdefghijklmno="},
                              std::string{"abcdefghijklmno+"}, std::string{"abcdefgh ijklmnop"}})
        EXPECT_FALSE(is_nonce(other)) << other;
}

}  // namespace
}  // namespace signet::revocation
