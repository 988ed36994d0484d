// bench/load.cpp - people signing in, devices refreshing, or verifiers asking for the key set, over TLS.
//
//     bench_load login|refresh|keys HOST PORT CA CONNECTIONS SECONDS EMAIL PASSWORD
//
// One thread and one keep-alive connection each; prints one JSON object with the
// answers per second and the latencies in milliseconds.
#include <fmt/core.h>
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;

struct Plan {
    bool             refresh;
    bool             keys;
    std::string      host;
    int              port;
    std::string      ca;
    std::string      login;  // JSON body
    Steady::duration length;
};

struct Tally {
    std::mutex          mutex;
    std::vector<double> milliseconds;
    Steady::time_point  last{};       // answer
    long                refused = 0;  // 503 or 429: told to come later
    long                failed  = 0;
};

// The value of a string member; the server's own answers need no more.
std::string member(std::string const& json, std::string const& name)
{
    auto const key = json.find("\"" + name + "\":\"");
    if (key == std::string::npos) return {};
    auto const begin = key + name.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
}

// Counting begins when every device is connected, and signed in where it has to be, however long that took.
struct Start {
    explicit Start(int devices) : ready(devices) {}
    std::latch         ready;
    std::latch         go{1};
    Steady::time_point end;
};

void one_device(Plan const& plan, Start& start, Tally& tally)
{
    httplib::SSLClient client(plan.host, plan.port);
    client.set_ca_cert_path(plan.ca.c_str());
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);

    std::string token;
    auto const  patience = Steady::now() + std::chrono::seconds(30);
    while (plan.refresh && token.empty() && Steady::now() < patience)
        if (auto const answer = client.Post("/api/v1/login", plan.login, "application/json"))
            token = member(answer->body, "refresh_token");
    while (!plan.refresh && Steady::now() < patience)
        if (client.Get("/.well-known/jwks.json")) break;

    start.ready.count_down();
    start.go.wait();
    std::vector<double> mine;
    Steady::time_point  last{};
    long                refused = 0;
    long                failed  = 0;
    while (Steady::now() < start.end) {
        auto const sent = Steady::now();
        auto const answer =
            plan.keys      ? client.Get("/.well-known/jwks.json")
            : plan.refresh ? client.Post("/api/v1/refresh", "{\"refresh_token\":\"" + token + "\"}", "application/json")
                           : client.Post("/api/v1/login", plan.login, "application/json");
        if (answer && answer->status == 200) {
            last = Steady::now();
            mine.push_back(std::chrono::duration<double, std::milli>(last - sent).count());
            if (auto next = member(answer->body, "refresh_token"); plan.refresh && !next.empty())
                token = std::move(next);
        } else if (answer && (answer->status == 503 || answer->status == 429)) {
            ++refused;
        } else {
            ++failed;
        }
    }
    std::lock_guard const lock(tally.mutex);
    tally.milliseconds.insert(tally.milliseconds.end(), mine.begin(), mine.end());
    tally.last = std::max(tally.last, last);
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
    if (argc != 9) {
        fmt::print(stderr, "usage: bench_load login|refresh|keys HOST PORT CA CONNECTIONS SECONDS EMAIL PASSWORD\n");
        return 2;
    }
    auto const connections = std::atoi(argv[5]);
    auto const seconds =
        std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(std::atof(argv[6])));
    bool const refresh = std::string_view(argv[1]) == "refresh";
    bool const keys    = std::string_view(argv[1]) == "keys";
    Plan const plan{.refresh = refresh,
                    .keys    = keys,
                    .host    = argv[2],
                    .port    = std::atoi(argv[3]),
                    .ca      = argv[4],
                    .login   = fmt::format(R"({{"email":"{}","password":"{}","delivery":"body"}})", argv[7], argv[8]),
                    .length  = seconds};
    Start      start(connections);
    Tally      tally;

    std::vector<std::thread> devices;
    for (int i = 0; i < connections; ++i) devices.emplace_back([&] { one_device(plan, start, tally); });
    start.ready.wait();
    auto const begin = Steady::now();
    start.end        = begin + plan.length;
    start.go.count_down();
    for (auto& device : devices) device.join();

    // Nobody asks after the time is over, and who has asked is waited for: as bench_hash counts.
    auto const spent = std::chrono::duration<double>(std::max(tally.last, start.end) - begin).count();
    std::sort(tally.milliseconds.begin(), tally.milliseconds.end());
    fmt::print(R"({{"per_second":{:.2f},"p50_ms":{:.3f},"p99_ms":{:.3f},"refused":{},"failed":{}}})"
               "\n",
               static_cast<double>(tally.milliseconds.size()) / spent, percentile(tally.milliseconds, 0.5),
               percentile(tally.milliseconds, 0.99), tally.refused, tally.failed);
}
