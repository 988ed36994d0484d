// bench/verifier.cpp - what a resource server pays for a token that comes again.
//
//     bench_verifier      one JSON row to a line
//
// The first value is nanoseconds for one Verifier::verify() of a token seen before, the baseline that of one it has to
// check; both with ES256, real clocks, and an issuer's revocations followed. The second is the first with a million
// sessions that are revoked, and without.
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>

#include "bench/paired.hpp"
#include "jose/jose.hpp"
#include "signet/verifier.hpp"
#include "verifier/feed_server.hpp"

namespace {

using namespace std::chrono_literals;

void must(bool ok, std::string_view what)
{
    if (ok) return;
    fmt::print(stderr, "bench_verifier: {} failed\n", what);
    std::_Exit(1);
}

std::unique_ptr<signet::Verifier> start(std::string const& issuer, std::size_t remembered)
{
    auto verifier = signet::Verifier::start({.issuer                       = issuer,
                                             .audience                     = "https://api.example.com",
                                             .credential                   = signet::FeedServer::kCredential,
                                             .allow_plain_http_on_loopback = true,
                                             .remembered_tokens            = remembered},
                                            60s);
    must(verifier && (*verifier)->ready(), "start");
    return *std::move(verifier);
}

signet::revocation::test::Log million_sessions(signet::TimePoint now)
{
    signet::revocation::test::Log log{signet::unix_milliseconds(now)};
    for (int i = 0; i < 1'000'000; ++i)
        log.add(signet::revocation::Kind::session, fmt::format("0199c5a1-7c1e-7d3f-9c55-{:012}", i), now);
    return log;
}

void print(std::string_view name, bench::Outcome const& outcome)
{
    fmt::print(R"({{"name":"{}","value":{:.1f},"unit":"ns","baseline":{:.1f},"ratio":{:.5f}}})"
               "\n",
               name, 1e9 / outcome.ours, 1e9 / outcome.baseline, 1 / outcome.ratio);
}

}  // namespace

int main()
{
    auto const         key = jose::SigningKey::generate(jose::Algorithm::es256);
    signet::FeedServer server;
    server.publish(*jose::KeySet::from({key->verification_key()})->to_json());
    server.beat_every(1s);
    auto const remembering = start(server.issuer(), 4096);
    auto const forgetful   = start(server.issuer(), 0);

    auto const   now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    jose::Claims claims;
    claims.issuer(server.issuer()).audience("https://api.example.com").subject("0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e55");
    claims.issued_at(now).expires_at(now + 10min).token_id("0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e56");
    claims.set("client_id", "signet").set("email", "ann@example.com").set("name", "Ann Example");
    claims.set("sid", "0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e57");
    auto const header = "Bearer " + *jose::sign(claims, *key, "at+jwt");
    auto const verify = [&](signet::Verifier const& verifier) {
        return [&] { must(verifier.verify(header).has_value(), "verify"); };
    };

    print("verify/seen-before", bench::compare(verify(*remembering), verify(*forgetful)));
    must(remembering->verify(header)->seen_before(), "remembering");
    must(!forgetful->verify(header)->seen_before(), "forgetting");

    signet::FeedServer crowded;
    crowded.publish(*jose::KeySet::from({key->verification_key()})->to_json());
    crowded.replace_log(million_sessions(now));
    crowded.beat_every(1s);
    claims.issuer(crowded.issuer());
    auto const full       = start(crowded.issuer(), 4096);
    auto const full_token = "Bearer " + *jose::sign(claims, *key, "at+jwt");
    must(full->status().entries == 1'000'000, "holding a million");
    auto const of_full = [&] { must(full->verify(full_token).has_value(), "verify"); };
    print("verify/seen-before/1M-revoked", bench::compare(of_full, verify(*remembering)));
}
