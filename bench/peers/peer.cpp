#include "bench/peers/peer.hpp"

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <vector>

namespace peer {
namespace {

// A benchmark that went wrong measures nothing: stop at once.
void must(bool ok, std::string_view what)
{
    if (ok) return;
    fmt::print(stderr, "bench peer: {}\n", what);
    std::_Exit(1);
}

std::string read_file(std::string const& path)
{
    std::ifstream file(path, std::ios::binary);
    must(file.good(), "cannot read " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string from_hex(std::string_view hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

struct Tokens {
    std::vector<Task> timed;
    std::vector<Task> judged;  // good and bad ones
};

Tokens read_tokens(std::string const& folder)
{
    Tokens        tokens;
    std::ifstream file(folder + "/tokens.tsv");
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string        kind;
        std::string        group;
        std::string        what;
        std::string        hex;
        Task               task;
        for (auto* field : {&kind, &group, &task.alg, &task.typ, &what, &hex}) std::getline(fields, *field, '\t');
        task.text = from_hex(hex);
        task.key  = read_file(folder + "/" + task.alg + (task.alg == "HS256" ? ".key" : ".pem"));
        task.jwk  = read_file(folder + "/" + task.alg + ".jwk");
        (kind == "timed" ? tokens.timed : tokens.judged).push_back(std::move(task));
    }
    must(!tokens.timed.empty() && !tokens.judged.empty(), "no tokens in " + folder);
    return tokens;
}

// The timed token of `alg` and the library that accepts it.
struct Timed {
    Timed(std::vector<Task> const& tasks, Library const& library, std::string_view alg)
    {
        for (auto const& each : tasks)
            if (each.alg == alg) task = &each;
        must(task != nullptr, "no such algorithm");
        verify = library.load(*task);
        must(static_cast<bool>(verify), "algorithm not served");
    }
    void once() const { must(verify(task->text), "the timed token was refused"); }

    Task const* task = nullptr;
    Verify      verify;
};

// Verifications per second of processor time, so that who else uses the machine
// matters little. The clock is a system call: it is looked at once in a millisecond.
double rate_of(Timed const& timed, double seconds)
{
    auto const begin = std::clock();
    auto const spent = [&] { return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC; };
    long       done  = 0;
    long       batch = 1;
    double     now   = 0;
    double     last  = 0;
    while (now < seconds) {
        if (now - last < 0.001) batch *= 2;
        last = now;
        for (long i = 0; i < batch; ++i) timed.once();
        done += batch;
        now = spent();
    }
    return static_cast<double>(done) / spent();
}

double allocations_of(Timed const& timed)
{
    constexpr int kTimes = 100;
    for (int i = 0; i < kTimes; ++i) timed.once();  // what is made once is made
    auto const before = allocations();
    for (int i = 0; i < kTimes; ++i) timed.once();
    return static_cast<double>(allocations() - before) / kTimes;
}

// In a process of its own, for some do not survive it.
char judge(Library const& library, Task const& task)
{
    auto const child = fork();
    must(child >= 0, "fork failed");
    if (child == 0) {
        rlimit const no_core = {};
        setrlimit(RLIMIT_CORE, &no_core);
        alarm(10);
        must(std::freopen("/dev/null", "w", stderr) != nullptr, "no /dev/null");
        auto const verify = library.load(task);
        std::_Exit(!verify ? 2 : verify(task.text) ? 0 : 1);
    }
    int status = 0;
    must(waitpid(child, &status, 0) == child, "waitpid failed");
    if (!WIFEXITED(status)) return 'c';
    return WEXITSTATUS(status) == 0 ? 'a' : WEXITSTATUS(status) == 2 ? '-' : 'r';
}

std::string answer(Library const& library, Tokens const& tokens, std::string const& line)
{
    std::istringstream words(line);
    std::string        verb;
    std::string        alg;
    double             seconds = 0;
    words >> verb >> alg >> seconds;
    if (verb == "judge") {
        std::string verdicts;
        for (auto const& task : tokens.judged) verdicts += judge(library, task);
        return verdicts;
    }
    Timed const timed(tokens.timed, library, alg);
    if (verb == "allocations") return fmt::format("{}", allocations_of(timed));
    must(verb == "rate" && seconds > 0, "rate, allocations, or judge");
    return fmt::format("{:.1f}", rate_of(timed, seconds));
}

}  // namespace

int serve(int argc, char** argv, Library const& library)
{
    must(argc == 2, "one argument: the folder of the tokens");
    auto const  tokens = read_tokens(argv[1]);
    std::string served;
    for (auto const& task : tokens.timed)
        if (library.load(task)) served += (served.empty() ? "" : " ") + task.alg;
    fmt::print("{}\t{}\t{}\n", library.name, library.version, served);
    static_cast<void>(std::fflush(stdout));
    for (std::string line; std::getline(std::cin, line);) {
        fmt::print("{}\n", answer(library, tokens, line));
        static_cast<void>(std::fflush(stdout));
    }
    return 0;
}

}  // namespace peer
