// bench/verifier.cpp - what a resource server pays for a token that comes again.
//
//     bench_verifier      one JSON row to a line
//
// Each is nanoseconds for one Verifier::verify(), of ES256, with real clocks, and an issuer's revocations followed.
// verify/seen-before is that of a token seen before, its baseline that of one that has to be checked; 1M-revoked the
// same with a million sessions that are revoked, and without: whoever has looked whether its token is revoked looks
// again when there is news. In verify/after-news each of 8,192 tokens, in turn, comes when there has been news of
// somebody else since it came last: 0 beside the same tokens without news; 1k and 1M beside 0.
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

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

signet::revocation::test::Log revoked_sessions(int count, signet::TimePoint now)
{
    signet::revocation::test::Log log{signet::unix_milliseconds(now)};
    for (int i = 0; i < count; ++i)
        log.add(signet::revocation::Kind::session, fmt::format("0199c5a1-7c1e-7d3f-9c55-{:012}", i), now);
    return log;
}

signet::TimePoint now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// Not of a session that is revoked.
std::string bearer(std::string issuer, jose::SigningKey const& key, int number)
{
    jose::Claims claims;
    claims.issuer(std::move(issuer)).audience("https://api.example.com");
    claims.subject("0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e55")
        .token_id(fmt::format("0199b6a4-7a3e-7c51-9b0f-{:012}", number));
    claims.issued_at(now()).expires_at(now() + 10min).set("client_id", "signet").set("email", "ann@example.com");
    claims.set("name", "Ann Example").set("sid", fmt::format("0199b6a4-7a3e-7c51-9b10-{:012}", number));
    return "Bearer " + *jose::sign(claims, key, "at+jwt");
}

// An issuer who has revoked so many sessions, and a verifier that has seen the tokens of others.
class Side {
public:
    Side(jose::SigningKey const& key, int revoked)
    {
        issuer_.publish(*jose::KeySet::from({key.verification_key()})->to_json());
        issuer_.replace_log(revoked_sessions(revoked, now()));
        issuer_.beat_every(1s);
        verifier_ = start(issuer_.issuer(), 32 * kTokens);  // so none has to make room for another
        must(verifier_->status().entries == static_cast<std::size_t>(revoked), "holding what is revoked");
        for (int i = 0; i < kTokens; ++i) tokens_.push_back(bearer(issuer_.issuer(), key, i));
        for (auto const& token : tokens_) must(verifier_->verify(token).has_value(), "verify");
    }

    // Of somebody else, and always the same.
    void hear_news()
    {
        std::this_thread::sleep_for(2ms);  // so it is later than the last, and refuses more
        auto const entry = issuer_.revoke(signet::revocation::Kind::user, "somebody");
        while (verifier_->status().sequence < entry.sequence) std::this_thread::sleep_for(1ms);
    }

    // Nanoseconds for each.
    [[nodiscard]] double verify_all() const
    {
        auto const begin = std::chrono::steady_clock::now();
        for (auto const& token : tokens_) {
            auto const who = verifier_->verify(token);
            must(who && who->seen_before(), "verify");
        }
        return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count() / kTokens;
    }

    void verify_one() const { must(verifier_->verify(tokens_.front()).has_value(), "verify"); }

private:
    static constexpr int kTokens = 8192;

    signet::FeedServer                issuer_;
    std::unique_ptr<signet::Verifier> verifier_;
    std::vector<std::string>          tokens_;
};

void print(std::string_view name, bench::Outcome const& outcome)
{
    fmt::print(R"({{"name":"{}","value":{:.1f},"unit":"ns","baseline":{:.1f},"ratio":{:.5f}}})"
               "\n",
               name, 1e9 / outcome.ours, 1e9 / outcome.baseline, 1 / outcome.ratio);
}

// Both sides in turn; each gives nanoseconds.
void compare_rounds(std::string_view name, std::function<double()> const& ours, std::function<double()> const& baseline)
{
    std::vector<double> a;
    std::vector<double> b;
    std::vector<double> ratios;
    for (int round = 0; round < 101; ++round) {
        a.push_back(ours());
        b.push_back(baseline());
        ratios.push_back(a.back() / b.back());
    }
    fmt::print(R"({{"name":"{}","value":{:.1f},"unit":"ns","baseline":{:.1f},"ratio":{:.5f}}})"
               "\n",
               name, bench::median(a), bench::median(b), bench::median(ratios));
}

}  // namespace

int main()
{
    auto const key = *jose::SigningKey::generate(jose::Algorithm::es256);
    Side       none{key, 0};
    {
        signet::FeedServer issuer;
        issuer.publish(*jose::KeySet::from({key.verification_key()})->to_json());
        issuer.beat_every(1s);
        auto const forgetful = start(issuer.issuer(), 0);
        auto const token     = bearer(issuer.issuer(), key, 0);
        print("verify/seen-before", bench::compare([&] { none.verify_one(); },
                                                   [&] { must(forgetful->verify(token).has_value(), "verify"); }));
        must(!forgetful->verify(token)->seen_before(), "forgetting");
    }
    Side       some{key, 1000};
    Side       full{key, 1'000'000};
    auto const without_news = [](Side& side) {
        return [&] {
            std::this_thread::sleep_for(3ms);  // as whoever waits for news
            return side.verify_all();
        };
    };
    auto const after_news = [](Side& side) {
        return [&] {
            side.hear_news();
            return side.verify_all();
        };
    };
    print("verify/seen-before/1M-revoked", bench::compare([&] { full.verify_one(); }, [&] { none.verify_one(); }));
    compare_rounds("verify/after-news/0", after_news(none), without_news(none));
    compare_rounds("verify/after-news/1k", after_news(some), after_news(none));
    compare_rounds("verify/after-news/1M", after_news(full), after_news(none));
}
