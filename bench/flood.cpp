// bench/flood.cpp - ten thousand revocations a second, written beside a running server, on their way to many verifiers.
//
//     bench_flood ISSUER PORT CA CREDENTIAL VERIFIERS DATA PER_SECOND SECONDS
//
// Each 50 ms one transaction revokes the tokens of that time, as `signet revocations add` does. Prints one JSON object:
// milliseconds from the time that stands in an entry to when each verifier refuses by it.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/random.hpp"
#include "base/uuid.hpp"
#include "cli/administration.hpp"
#include "followers.hpp"

namespace {

using bench::fail;
using namespace std::chrono_literals;

constexpr auto kTurn = 50ms;

// Thread-safe.
class Lags {
public:
    void add(signet::revocation::Delta const& delta)
    {
        auto const             now = std::chrono::system_clock::now();
        std::scoped_lock const lock{mutex_};
        seen_ += delta.entries.size();
        for (auto const& entry : delta.entries)
            lags_.push_back(std::chrono::duration<float, std::milli>(now - entry.not_before).count());
    }
    std::size_t seen()
    {
        std::scoped_lock const lock{mutex_};
        return seen_;
    }
    std::vector<float> take()
    {
        std::scoped_lock const lock{mutex_};
        std::ranges::sort(lags_);
        return std::move(lags_);
    }

private:
    std::mutex         mutex_;
    std::size_t        seen_ = 0;
    std::vector<float> lags_;
};

void revoke(signet::core::RevocationStore& log, std::size_t count)
{
    signet::SystemRandom                  random;
    auto const                            now = signet::SystemClock{}.now();
    std::vector<signet::core::Revocation> tokens;
    while (tokens.size() < count)
        tokens.push_back({signet::revocation::Kind::token, signet::Uuid::make(now, random).text()});
    auto const done = log.revoke(tokens, {.at = now, .event = signet::core::AuditEvent::tokens_revoked});
    if (!done) fail("the log takes nothing: " + done.error().detail);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 9) fail("wants ISSUER PORT CA CREDENTIAL VERIFIERS DATA PER_SECOND SECONDS");
    bench::Place const place{
        .issuer = argv[1], .host = "localhost", .port = std::atoi(argv[2]), .ca = argv[3], .credential = argv[4]};
    auto const turns    = std::chrono::seconds{std::atoi(argv[8])} / kTurn;
    auto const per_turn = static_cast<std::size_t>(std::atoi(argv[7])) / (1s / kTurn);
    auto const instance = signet::cli::open_instance({.config = {}, .data = argv[6]});
    if (!instance) fail("the data folder does not open");
    Lags             lags;
    bench::Followers verifiers{place, static_cast<std::size_t>(std::atoi(argv[5])),
                               [&](auto const& delta) { lags.add(delta); }};

    auto const begun = std::chrono::steady_clock::now();
    for (int turn = 0; turn < turns; ++turn) {
        std::this_thread::sleep_until(begun + turn * kTurn);
        revoke((*instance)->ports().revocation_log, per_turn);
    }
    auto const took  = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    auto const total = per_turn * static_cast<std::size_t>(turns);
    for (auto until = std::chrono::steady_clock::now() + 30s; lags.seen() < total * verifiers.size();)
        if (std::chrono::steady_clock::now() > until)
            fail(fmt::format("{} of {} arrived", lags.seen(), total * verifiers.size()));
        else
            std::this_thread::sleep_for(5ms);
    auto const all = lags.take();
    fmt::print(R"({{"verifiers":{},"revocations":{},"per_second":{:.0f},"p50":{:.1f},"p99":{:.1f},"worst":{:.1f}}})"
               "\n",
               verifiers.size(), total, static_cast<double>(total) / took, all[all.size() / 2],
               all[all.size() * 99 / 100], all.back());
    static_cast<void>(std::fflush(stdout));
    std::_Exit(0);
}
