// bench/revocation.cpp - what it costs to look whether a token is revoked, and what is held for it.
//
//     bench_revocation                          one JSON row to a line
//     bench_revocation false-refusals CHECKS    so many tokens that nobody revoked, beside 1,000,000 sessions that are
//
// A look-up is one of a token never seen before, so of memory that is in no cache; the baseline is that in an empty
// set.
#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/paired.hpp"
#include "revocation/revocation_set.hpp"

namespace {

using namespace std::chrono_literals;
using namespace signet::revocation;

constexpr int               kMillion = 1'000'000;
constexpr signet::TimePoint kNow{1'764'200'000s};

void must(bool ok, std::string_view what)
{
    if (ok) return;
    fmt::print(stderr, "bench_revocation: {} failed\n", what);
    std::_Exit(1);
}

void fill(RevocationSet& set, int sessions)
{
    for (int i = 0; i < sessions; ++i)
        set.add({.kind       = Kind::session,
                 .subject    = fmt::format("0199c5a1-7c1e-7d3f-9c55-{:012}", i),
                 .not_before = kNow,
                 .until      = kNow + 21min});
}

// Hashes as good as those of subjects, and cheaper to have.
class Tokens {
public:
    TokenKeys next()
    {
        return {.session = hash(), .token = hash(), .user = hash(), .client = client_, .key = key_, .issued_at = 1};
    }

private:
    SubjectHash hash()
    {
        auto mixed = state_ += 0x9E37'79B9'7F4A'7C15;
        mixed      = (mixed ^ mixed >> 30) * 0xBF58'476D'1CE4'E5B9;
        mixed      = (mixed ^ mixed >> 27) * 0x94D0'49BB'1331'11EB;
        return {.high = mixed | 2, .low = static_cast<std::uint32_t>(mixed)};
    }

    std::uint64_t state_  = 1;
    SubjectHash   client_ = hash();
    SubjectHash   key_    = hash();
};

void print_look_up(std::string_view name, RevocationSet const& set, RevocationSet const& empty)
{
    Tokens     tokens;
    auto const look    = [&](RevocationSet const& at) { return [&] { must(!at.find(tokens.next()), "innocence"); }; };
    auto const outcome = bench::compare(look(set), look(empty));
    fmt::print(R"({{"name":"revocation/find/{}","value":{:.1f},"unit":"ns","baseline":{:.1f},"ratio":{:.3f}}})"
               "\n",
               name, 1e9 / outcome.ours, 1e9 / outcome.baseline, 1 / outcome.ratio);
}

double resident_megabytes()
{
    std::size_t size  = 0;
    std::size_t pages = 0;
    std::ifstream{"/proc/self/statm"} >> size >> pages;
    return static_cast<double>(pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) / 1e6;
}

void print_rows()
{
    auto const before = resident_megabytes();
    auto const full   = std::make_unique<RevocationSet>();
    auto const begin  = std::chrono::steady_clock::now();
    fill(*full, kMillion);
    auto const took     = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    auto const resident = resident_megabytes() - before;

    auto const some  = std::make_unique<RevocationSet>();
    auto const empty = std::make_unique<RevocationSet>();
    fill(*some, 1000);
    print_look_up("0", *empty, *empty);
    print_look_up("1k", *some, *empty);
    print_look_up("1M", *full, *empty);
    fmt::print(R"({{"name":"revocation/add/1M","value":{:.1f},"unit":"ns","baseline":null,"ratio":null}})"
               "\n",
               took * 1e9 / kMillion);
    auto const counted = static_cast<double>(full->bytes()) / 1e6;
    fmt::print(R"({{"name":"revocation/memory/1M","value":{:.2f},"unit":"MB","baseline":{:.2f},"ratio":{:.3f}}})"
               "\n",
               resident, counted, resident / counted);
}

// Whole names, and each of them another one's.
std::uint64_t count_refusals(RevocationSet const& set, std::uint64_t from, std::uint64_t to)
{
    std::uint64_t refused = 0;
    std::string   name    = "0199c5a1-7c1e-7d3f-9c56-000000000000";
    for (auto number = from; number < to; ++number) {
        auto rest = number;
        for (auto at = name.size() - 1; at >= name.size() - 12; --at, rest /= 10)
            name[at] = static_cast<char>('0' + rest % 10);
        auto const keys = TokenKeys::of({.session_id = name,
                                         .token_id   = name,
                                         .user_id    = name,
                                         .client_id  = "signet",
                                         .key_id     = "k1",
                                         .issued_at  = kNow});
        refused += set.find(keys) ? 1U : 0U;
    }
    return refused;
}

int check_false_refusals(std::uint64_t checks)
{
    auto const set = std::make_unique<RevocationSet>();
    fill(*set, kMillion);
    set->add({.kind = Kind::user, .subject = "somebody", .not_before = kNow, .until = kNow + 21min});
    must(count_refusals(*set, 0, 1) == 0, "innocence");

    auto const                 begin   = std::chrono::steady_clock::now();
    auto const                 threads = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::uint64_t> refused(threads);
    std::vector<std::jthread>  running;
    for (unsigned i = 0; i < threads; ++i)
        running.emplace_back(
            [&, i] { refused[i] = count_refusals(*set, checks * i / threads, checks * (i + 1) / threads); });
    running.clear();
    std::uint64_t all = 0;
    for (auto const some : refused) all += some;
    auto const took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    fmt::print("in {:.0f} s, on {} threads\n", took, threads);
    fmt::print("{} of {} tokens that nobody revoked were refused\n", all, checks);
    return all == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc == 1) {
        print_rows();
        return 0;
    }
    std::string_view const how_many = argc == 3 ? argv[2] : "";
    std::uint64_t          checks   = 0;
    auto const             read     = std::from_chars(how_many.data(), how_many.data() + how_many.size(), checks);
    must(std::string_view{argv[1]} == "false-refusals" && read.ec == std::errc{} && checks > 0,
         "reading the arguments");
    return check_false_refusals(checks);
}
