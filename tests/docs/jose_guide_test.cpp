// The snippets of docs/guides/jose.md, each run. quotes_test.cpp holds the guide to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

#include "docs/guide_keys.hpp"
#include "jose/jose.hpp"
#include "signet/verifier.hpp"
#include "verifier/feed_server.hpp"
#include "verifier/key_server.hpp"

namespace {

using jose::Errc;
using namespace guide;

std::string greet(std::string_view text, jose::KeySet const& keys, jose::Policy const& policy)
{
    auto const token = jose::verify(text, keys, policy, std::chrono::system_clock::now());
    if (!token) return "refused: " + std::string(name(token.error().code));
    return "Hello, " + std::string(token->find_string("name").value_or("stranger"));
}

TEST(JoseGuide, VerifiesAToken)
{
    auto const published = published_by(key_of("2026-11"));

    auto const keys   = jose::KeySet::parse(published);  // {"keys":[...]}, from your issuer
    auto const policy = jose::Policy::create({.issuer     = "https://id.example.com",
                                              .audience   = "https://api.example.com",
                                              .type       = "at+jwt",
                                              .algorithms = {jose::Algorithm::es256, jose::Algorithm::rs256}});
    ASSERT_TRUE(keys);
    ASSERT_TRUE(policy);
    EXPECT_EQ(greet(token_by(key_of("2026-11")), *keys, *policy), "Hello, Ann");
    EXPECT_EQ(greet(token_by(key_of("2026-12")), *keys, *policy), "refused: unknown_key");
    EXPECT_EQ(greet("nonsense", *keys, *policy), "refused: malformed_token");
}

TEST(JoseGuide, ReadsClaims)
{
    auto const token = must(jose::verify(token_by(key_of("k")), key_set_of(key_of("k")), policy_of_api(), now()));

    std::optional<std::string_view>         email  = token.find_string("email");
    std::optional<std::int64_t>             level  = token.find_integer("level");
    std::optional<double>                   score  = token.find_number("score");
    std::optional<bool>                     staff  = token.find_boolean("staff");
    std::optional<std::vector<std::string>> roles  = token.find_strings("roles");
    std::optional<std::string_view>         nested = token.find_json("address");  // {"city":"Oslo"}
    EXPECT_EQ(email, "ann@example.com");
    EXPECT_EQ(level, 3);
    EXPECT_EQ(score, 0.75);
    EXPECT_EQ(staff, true);
    EXPECT_EQ(roles, (std::vector<std::string>{"writer", "admin"}));
    EXPECT_EQ(nested, R"({"city":"Oslo"})");
    EXPECT_FALSE(token.find_string("level"));
    EXPECT_FALSE(token.find_integer("score"));
}

TEST(JoseGuide, SaysWhatAPolicyLeavesOpen)
{
    auto const lenient = jose::Policy::create({.audience                         = "https://api.example.com",
                                               .algorithms                       = {jose::Algorithm::es256},
                                               .clock_skew                       = std::chrono::seconds{30},
                                               .max_token_bytes                  = 16 * 1024,
                                               .dangerously_allow_missing_expiry = true,
                                               .dangerously_accept_any_issuer    = true,
                                               .dangerously_accept_any_type      = true});
    ASSERT_TRUE(lenient);
    auto const& key = key_of("k");
    auto const  odd = must(jose::sign(jose::Claims{}.audience("https://api.example.com"), key, ""));
    EXPECT_TRUE(jose::verify(odd, key_set_of(key), *lenient, now()));
    EXPECT_EQ(code_of(jose::verify(odd, key_set_of(key), policy_of_api(), now())), Errc::type_mismatch);

    auto const wrong = jose::Policy::create({.issuer                        = "https://id.example.com",
                                             .audience                      = "https://api.example.com",
                                             .type                          = "at+jwt",
                                             .algorithms                    = {jose::Algorithm::es256},
                                             .dangerously_accept_any_issuer = true});
    // wrong.error(): contradictory_policy, "issuer is given and ignored"
    EXPECT_EQ(code_of(wrong), Errc::contradictory_policy);
    EXPECT_EQ(wrong.error().detail, "issuer is given and ignored");
}

TEST(JoseGuide, LoadsAndMakesKeys)
{
    auto const jwk = must(key_of("2026-11").verification_key().to_jwk());
    auto const pem = must(must(jose::SigningKey::generate(jose::Algorithm::rs256)).verification_key().to_pem());
    auto const der = must(key_of("k").verification_key().to_der());

    auto const from_jwk = jose::VerificationKey::parse_jwk(jwk);
    auto const from_pem = jose::VerificationKey::parse_pem(pem, jose::Algorithm::rs256, "2026-11");
    auto const from_der = jose::VerificationKey::parse_der(der, jose::Algorithm::es256);
    ASSERT_TRUE(from_jwk && from_pem && from_der);
    EXPECT_EQ(from_jwk->kid(), "2026-11");
    EXPECT_EQ(from_pem->algorithm(), jose::Algorithm::rs256);
    EXPECT_EQ(from_der->kid(), "");

    auto const made = jose::SigningKey::generate(jose::Algorithm::es256);  // its kid is its thumbprint
    if (!made) return;
    std::string const secret     = made->reveal_jwk();  // whoever holds this text can sign
    auto const        published  = made->verification_key().to_jwk();
    auto const        thumbprint = made->verification_key().thumbprint();  // RFC 7638
    auto const        again      = jose::SigningKey::parse_jwk(secret);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->kid(), thumbprint);
    EXPECT_THAT(*published, testing::Not(testing::HasSubstr("\"d\"")));

    auto const weak = jose::SigningKey::parse_jwk(R"({"kty":"oct","alg":"HS256","k":"c2VjcmV0"})");
    // weak.error().code: jose::Errc::weak_key
    EXPECT_EQ(code_of(weak), Errc::weak_key);
}

TEST(JoseGuide, LoadsASharedSecret)
{
    auto const secret = jose::base64url::decode("9Ow7rUYvxJkbR0XyFq4mcZC6dHnTgVAuLs2pQeiK3o8").value();

    auto const key = jose::SigningKey::parse_jwk(R"({"kty":"oct","alg":"HS256","kid":"shared","k":")" +
                                                 jose::base64url::encode(secret) + "\"}");
    ASSERT_TRUE(key);
    EXPECT_EQ(greet(token_by(*key), key_set_of(*key), policy_of_api()), "Hello, Ann");
}

TEST(JoseGuide, ReplacesAKeySetWhileThreadsVerify)
{
    auto const       policy          = policy_of_api();
    auto const       published       = published_by(key_of("old"));
    auto const       published_later = published_by(key_of("new"));
    auto const       text            = token_by(key_of("old"));
    std::atomic<int> accepted = 0, refused = 0;

    jose::SharedKeySet keys{*jose::KeySet::parse(published)};
    std::jthread       server{[&](std::stop_token const& stop) {
        while (!stop.stop_requested()) {
            auto const token = jose::verify(text, keys.current(), policy, std::chrono::system_clock::now());
            token ? ++accepted : ++refused;
        }
    }};
    while (accepted == 0) std::this_thread::yield();

    if (auto fresh = jose::KeySet::parse(published_later)) keys.replace(*std::move(fresh));
    while (refused == 0) std::this_thread::yield();
    server.request_stop();
    server.join();
    EXPECT_EQ(code_of(jose::verify(text, keys.current(), policy, now())), Errc::unknown_key);
}

TEST(JoseGuide, SignsClaims)
{
    auto const& key = key_of("k");

    auto const claims = jose::Claims{}
                            .issuer("https://id.example.com")
                            .audience("https://api.example.com")
                            .subject("user-1")
                            .token_id("0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e56")
                            .issued_at(std::chrono::system_clock::now())
                            .expires_at(std::chrono::system_clock::now() + std::chrono::minutes{10})
                            .set("name", "Ann")
                            .set("level", 3)
                            .set("staff", true)
                            .set("roles", std::vector<std::string>{"writer", "admin"})
                            .set_json("address", R"({"city":"Oslo"})");
    auto const text = jose::sign(claims, key, "at+jwt");
    ASSERT_TRUE(text);
    EXPECT_EQ(greet(*text, key_set_of(key), policy_of_api()), "Hello, Ann");
}

TEST(JoseGuide, SignsAnyPayload)
{
    auto const& key  = key_of("k");
    auto const  keys = key_set_of(key);

    auto const text    = jose::sign_payload("any bytes at all", key, "example");
    auto const payload = jose::verify_payload(*text, keys);
    if (payload) std::cout << payload->bytes() << '\n';
    ASSERT_TRUE(payload);
    EXPECT_EQ(payload->bytes(), "any bytes at all");

    std::string const body = R"({"amount":12})";

    auto const apart   = jose::sign_detached(body, key);  // header..signature
    auto const checked = jose::verify_detached(*apart, body, keys);

    auto const raw         = jose::sign_detached_unencoded(body, key);  // "b64":false, RFC 7797
    auto const checked_raw = jose::verify_detached_unencoded(*raw, body, keys);
    EXPECT_TRUE(checked && checked_raw);
    EXPECT_THAT(*apart, testing::HasSubstr(".."));
    EXPECT_EQ(code_of(jose::verify_detached(*apart, body + " ", keys)), Errc::bad_signature);
    EXPECT_EQ(code_of(jose::verify_detached(*raw, body, keys)), Errc::unsupported_critical);
}

TEST(JoseGuide, EncryptsAndNests)
{
    auto const policy = policy_of_api();
    using enum jose::KeyManagement;
    using enum jose::ContentEncryption;
    auto const recipient = jose::DecryptionKey::generate(ecdh_es_a256kw, {.curve = "X25519"});
    auto const sealed    = jose::encrypt("for one reader", recipient->encryption_key(), a256gcm);

    auto const accepted = jose::JwePolicy::create({.algorithm = ecdh_es_a256kw, .encryptions = {a256gcm}});
    auto const opened   = jose::decrypt(*sealed, *recipient, *accepted);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->bytes(), "for one reader");

    auto const& signer  = key_of("k");
    auto const  signers = key_set_of(signer);
    auto const  claims  = claims_of_ann();

    auto const text = jose::sign_and_encrypt(claims, signer, "at+jwt", recipient->encryption_key(), a256gcm);
    auto const token =
        jose::decrypt_and_verify(*text, *recipient, *accepted, signers, policy, std::chrono::system_clock::now());
    ASSERT_TRUE(token);
    EXPECT_EQ(token->subject(), "user-1");
    EXPECT_EQ(code_of(jose::decrypt_and_verify(*sealed, *recipient, *accepted, signers, policy, now())),
              Errc::type_mismatch);
}

std::string_view next_step(jose::Error const& error)
{
    switch (error.code) {
        case jose::Errc::expired:
            return "renew the token";
        case jose::Errc::unknown_key:
            return "fetch the key set again, at most every 30 seconds";
        case jose::Errc::out_of_memory:
            return "answer 503: nothing was decided";
        default:
            return "answer 401, log code and detail";
    }
}

TEST(JoseGuide, TellsWhyATokenIsRefused)
{
    auto const& key   = key_of("k");
    auto const  text  = must(jose::sign(claims_of_ann().audience("https://other.example.com"), key, "at+jwt"));
    auto const  token = jose::verify(text, key_set_of(key), policy_of_api(), now());
    ASSERT_FALSE(token);
    EXPECT_EQ(name(token.error().code), "audience_mismatch");
    EXPECT_EQ(token.error().detail, "expected https://api.example.com, got \"https://other.example.com\"");
    EXPECT_EQ(next_step(token.error()), "answer 401, log code and detail");
    auto const stranger = jose::verify(text, key_set_of(key_of("other")), policy_of_api(), now());
    EXPECT_EQ(code_of(stranger), Errc::unknown_key);
    EXPECT_EQ(stranger.error().detail, "kid k");
    EXPECT_EQ(next_step(stranger.error()), "fetch the key set again, at most every 30 seconds");
    auto const late = jose::verify(token_by(key), key_set_of(key), policy_of_api(), now() + std::chrono::hours{1});
    EXPECT_EQ(next_step(late.error()), "renew the token");
    EXPECT_EQ(next_step({Errc::out_of_memory, ""}), "answer 503: nothing was decided");
}

TEST(JoseGuide, ShowsATokenThatNobodyVerified)
{
    auto const text = token_by(key_of("k"));

    auto const shown = jose::UnverifiedToken::parse(text);
    if (shown) std::cout << shown->claims_json() << '\n';
    ASSERT_TRUE(shown);
    EXPECT_THAT(std::string(shown->claims_json()), testing::HasSubstr("\"sub\":\"user-1\""));
}

struct Answer {
    int         status;
    std::string header;
};

Answer handle(signet::Verifier const& verifier, std::string_view authorization)
{
    auto const who = verifier.verify(authorization);
    if (!who) return {who.error().status, who.error().www_authenticate()};
    if (!who->has_role("admin")) return {403, signet::insufficient_scope("roles: admin").www_authenticate()};
    return {200, "Hello, " + std::string(who->user_id())};
}

TEST(JoseGuide, VerifiesWithKeysFromItsIssuer)
{
    signet::KeyServer server;
    auto const&       key    = key_of("k");
    auto const        issuer = server.issuer();
    server.answer_ok(published_by(key));
    std::vector<std::string> problems;

    auto const started = signet::Verifier::start(
        {.issuer                       = issuer,  // keys at ISSUER/.well-known/jwks.json
         .audience                     = "https://api.example.com",
         .revocations                  = signet::Revocations::ignore,
         .allow_plain_http_on_loopback = true,  // for tests; without it, https only
         .on_fetch = [&](signet::KeySetReport const& report) { problems.push_back(report.problem); }});
    if (!started) throw std::runtime_error(started.error().detail);  // options that cannot work
    signet::Verifier const& verifier = **started;

    auto claims = claims_of_ann().issuer(issuer).token_id("t-1").set("client_id", "shop");
    EXPECT_EQ(handle(verifier, "Bearer " + must(jose::sign(claims, key, "at+jwt"))).header, "Hello, user-1");
    EXPECT_EQ(handle(verifier, "").status, 401);
    claims.set("roles", std::vector<std::string>{"reader"});
    EXPECT_EQ(handle(verifier, "Bearer " + must(jose::sign(claims, key, "at+jwt"))).status, 403);
    EXPECT_TRUE(verifier.ready());
}

TEST(JoseGuide, HearsOfWhatIsRevoked)
{
    signet::FeedServer server;
    auto const&        key        = key_of("k");
    auto const         issuer     = server.issuer();
    std::string const  credential = signet::FeedServer::kCredential;
    server.publish(published_by(key));
    server.beat_every(std::chrono::seconds{1});
    std::mutex               mutex;
    std::vector<std::string> news;

    auto const started =
        signet::Verifier::start({.issuer                       = issuer,
                                 .audience                     = "https://api.example.com",
                                 .credential                   = credential,  // what `signet verifier add NAME` printed
                                 .allow_plain_http_on_loopback = true,
                                 .on_state                     = [&](signet::StateReport const& report) {
                                     std::scoped_lock const lock{mutex};
                                     news.push_back(std::string(name(report.state)) + ": " + report.problem);
                                 }});
    if (!started) throw std::runtime_error(started.error().detail);
    signet::Verifier const& verifier = **started;

    auto const claims = claims_of_ann().issuer(issuer).token_id("t-1").set("client_id", "shop").set("sid", "s-1");
    auto const authorization = "Bearer " + must(jose::sign(claims, key, "at+jwt"));
    EXPECT_EQ(handle(verifier, authorization).status, 200);
    server.wait_for_confirmation(server.revoke(signet::revocation::Kind::session, "s-1").sequence);

    auto const who = verifier.verify(authorization, signet::WhenStale::fail_closed);  // for money, or an admin's deed
    if (!who && who.error().revoked) std::cout << who.error().description << '\n';    // "The session has ended."
    std::cout << verifier.prometheus();  // signet_verifier_state{state="live"} 1, and more

    ASSERT_FALSE(who);
    EXPECT_EQ(who.error().description, "The session has ended.");
    std::scoped_lock const lock{mutex};
    EXPECT_THAT(news, testing::Contains("live: "));
}

}  // namespace
