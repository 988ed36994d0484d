// bench/hash.cpp - how many passwords these cores can hash, and nothing else.
//
//     bench_hash THREADS SECONDS      prints hashes per second
//
// Argon2id, m = 19456 KiB, t = 2, p = 1, by libsodium: the floor under a sign-in.
#include <fmt/core.h>
#include <sodium.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

int main(int argc, char** argv)
{
    if (argc != 3 || sodium_init() < 0) return 2;
    auto const threads = std::strtoul(argv[1], nullptr, 10);
    auto const span    = std::chrono::duration<double>(std::strtod(argv[2], nullptr));

    std::atomic<long>        done  = 0;
    auto const               begin = std::chrono::steady_clock::now();
    std::vector<std::thread> workers;
    for (unsigned long i = 0; i < threads; ++i)
        workers.emplace_back([&] {
            constexpr std::string_view               password = "correct horse battery staple";
            std::array<char, crypto_pwhash_STRBYTES> hash{};
            while (std::chrono::steady_clock::now() - begin < span) {
                if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), 2, 19456UL * 1024,
                                          crypto_pwhash_ALG_ARGON2ID13) != 0)
                    std::abort();
                ++done;
            }
        });
    for (auto& worker : workers) worker.join();
    auto const spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    fmt::print("{:.2f}\n", static_cast<double>(done) / spent);
}
