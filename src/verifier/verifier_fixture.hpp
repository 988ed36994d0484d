// verifier/verifier_fixture.hpp - an issuer with one key, and a verifier that trusts it.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "jose/jose.hpp"
#include "signet/verifier.hpp"
#include "verifier/fetch_log.hpp"
#include "verifier/key_server.hpp"

namespace signet {

using namespace std::chrono_literals;

class VerifierTest : public ::testing::Test {
protected:
    static jose::Time now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

    static jose::SigningKey new_key(std::string_view kid, jose::Algorithm algorithm = jose::Algorithm::es256)
    {
        return *jose::SigningKey::generate(algorithm, kid);
    }

    static std::string published(std::vector<jose::VerificationKey> keys)
    {
        return *jose::KeySet::from(std::move(keys))->to_json();
    }

    VerifierTest() { server.answer_ok(published({key.verification_key()})); }

    signet::VerifierOptions options()
    {
        return {.issuer                       = server.issuer(),
                .audience                     = "notes",
                .revocations                  = Revocations::ignore,
                .realm                        = "notes",
                .allow_plain_http_on_loopback = true,
                .refetch_cooldown             = 0s,
                .on_fetch                     = log.recorder()};
    }

    jose::Claims claims() const
    {
        jose::Claims claims;
        claims.issuer(server.issuer()).subject("ann").audience("notes").token_id("t1");
        claims.issued_at(now()).expires_at(now() + 10min).set("client_id", "signet");
        claims.set("sid", "s1").set("email", "ann@example.com").set("name", "Ann").set("scope", " read  write ");
        claims.set("roles", std::vector<std::string>{"viewer", "admin"});
        return claims;
    }

    std::string bearer(jose::Claims const& claims, std::string_view type = "at+jwt") const
    {
        return "Bearer " + *jose::sign(claims, key, type);
    }

    jose::Errc cause(std::string_view authorization) const
    {
        auto const who = verifier->verify(authorization);
        if (who) {
            ADD_FAILURE() << "accepted";
            return jose::Errc{255};
        }
        EXPECT_EQ(who.error().status, 401);
        EXPECT_EQ(who.error().error, "invalid_token");
        return who.error().cause;
    }

    FetchLog                  log;
    KeyServer                 server;
    jose::SigningKey          key = new_key("k1");
    std::unique_ptr<Verifier> verifier;

    void start() { verifier = *Verifier::start(options(), 10s); }
};

}  // namespace signet
