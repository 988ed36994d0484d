// bench/verifier.cpp - what a resource server pays for a token that comes again.
//
//     bench_verifier      one JSON row
//
// The value is nanoseconds for one Verifier::verify() of a token seen before, the
// baseline that of one it has to check; both with ES256 and real clocks.
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>

#include "bench/paired.hpp"
#include "jose/jose.hpp"
#include "signet/verifier.hpp"
#include "verifier/key_server.hpp"

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
                                             .allow_plain_http_on_loopback = true,
                                             .remembered_tokens            = remembered},
                                            10s);
    must(verifier && (*verifier)->ready(), "start");
    return *std::move(verifier);
}

}  // namespace

int main()
{
    auto const        key = jose::SigningKey::generate(jose::Algorithm::es256);
    signet::KeyServer server;
    server.answer_ok(*jose::KeySet::from({key->verification_key()})->to_json());
    auto const remembering = start(server.issuer(), 4096);
    auto const forgetful   = start(server.issuer(), 0);

    auto const   now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    jose::Claims claims;
    claims.issuer(server.issuer()).audience("https://api.example.com").subject("0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e55");
    claims.issued_at(now).expires_at(now + 10min).token_id("0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e56");
    claims.set("client_id", "signet").set("email", "ann@example.com").set("name", "Ann Example");
    auto const header = "Bearer " + *jose::sign(claims, *key, "at+jwt");

    auto const outcome = bench::compare([&] { must(remembering->verify(header).has_value(), "verify"); },
                                        [&] { must(forgetful->verify(header).has_value(), "verify"); });
    must(remembering->verify(header)->seen_before(), "remembering");
    must(!forgetful->verify(header)->seen_before(), "forgetting");
    fmt::print(R"({{"name":"verify/seen-before","value":{:.1f},"unit":"ns","baseline":{:.1f},"ratio":{:.5f}}})"
               "\n",
               1e9 / outcome.ours, 1e9 / outcome.baseline, 1 / outcome.ratio);
}
