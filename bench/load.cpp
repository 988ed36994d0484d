// bench/load.cpp - people signing in over TLS.
//
//     bench_load HOST PORT CA CONNECTIONS SECONDS EMAIL PASSWORD
//
// One thread and one keep-alive connection each; prints one JSON object with the
// answers per second and the latencies in milliseconds.
#include <fmt/core.h>
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;

struct Plan {
    std::string        host;
    int                port;
    std::string        ca;
    std::string        login;  // JSON body
    Steady::time_point end;
};

struct Tally {
    std::mutex          mutex;
    std::vector<double> milliseconds;
    long                refused = 0;  // 503 or 429: told to come later
    long                failed  = 0;
};

void one_person(Plan const& plan, Tally& tally)
{
    httplib::SSLClient client(plan.host, plan.port);
    client.set_ca_cert_path(plan.ca.c_str());
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);

    std::vector<double> mine;
    long                refused = 0;
    long                failed  = 0;
    while (Steady::now() < plan.end) {
        auto const sent     = Steady::now();
        auto const answer   = client.Post("/api/v1/login", plan.login, "application/json");
        auto const answered = Steady::now();
        if (answer && answer->status == 200) {
            // What comes too late is no work of the time that is counted.
            if (answered <= plan.end)
                mine.push_back(std::chrono::duration<double, std::milli>(answered - sent).count());
        } else if (answer && (answer->status == 503 || answer->status == 429)) {
            ++refused;
        } else {
            ++failed;
        }
    }
    std::lock_guard const lock(tally.mutex);
    tally.milliseconds.insert(tally.milliseconds.end(), mine.begin(), mine.end());
    tally.refused += refused;
    tally.failed += failed;
}

double percentile(std::vector<double> const& sorted, double share)
{
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 8) {
        fmt::print(stderr, "usage: bench_load HOST PORT CA CONNECTIONS SECONDS EMAIL PASSWORD\n");
        return 2;
    }
    auto const connections = std::atoi(argv[4]);
    auto const seconds =
        std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(std::atof(argv[5])));
    Plan const plan{.host  = argv[1],
                    .port  = std::atoi(argv[2]),
                    .ca    = argv[3],
                    .login = fmt::format(R"({{"email":"{}","password":"{}","delivery":"body"}})", argv[6], argv[7]),
                    .end   = Steady::now() + seconds};
    Tally      tally;

    std::vector<std::thread> people;
    for (int i = 0; i < connections; ++i) people.emplace_back([&] { one_person(plan, tally); });
    for (auto& person : people) person.join();

    std::sort(tally.milliseconds.begin(), tally.milliseconds.end());
    fmt::print(R"({{"per_second":{:.2f},"p50_ms":{:.3f},"p99_ms":{:.3f},"refused":{},"failed":{}}})"
               "\n",
               static_cast<double>(tally.milliseconds.size()) / std::chrono::duration<double>(seconds).count(),
               percentile(tally.milliseconds, 0.5), percentile(tally.milliseconds, 0.99), tally.refused, tally.failed);
}
