// bench/hash.cpp - how many passwords these cores can hash, and nothing else.
//
//     bench_hash THREADS SECONDS [FILE]      prints hashes per second
//
// Argon2id, m = 19456 KiB, t = 2, p = 1, by libsodium: the floor under a sign-in. With FILE each hash stands between
// two durable writes to it, as in a sign-in: twice the threads, of which no more than THREADS hash at once.
#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string_view>
#include <thread>
#include <vector>

namespace {

void hash()
{
    constexpr std::string_view               password = "correct horse battery staple";
    std::array<char, crypto_pwhash_STRBYTES> out{};
    if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), 2, 19456UL * 1024,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        std::abort();
}

// A file of a few pages, written over and over: one at a time, as a database is.
class Disk {
public:
    explicit Disk(char const* file) : file_(::open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) { write_durably(); }
    ~Disk() { ::close(file_); }
    Disk(Disk const&)            = delete;
    Disk& operator=(Disk const&) = delete;

    void write_durably()
    {
        constexpr std::size_t                   kPages = 4;
        static constexpr std::array<char, 4096> page{};
        std::lock_guard const                   lock(mutex_);
        for (std::size_t i = 0; i < kPages; ++i)
            if (::pwrite(file_, page.data(), page.size(), static_cast<off_t>(i * page.size())) < 0) std::abort();
        if (::fdatasync(file_) != 0) std::abort();
    }

private:
    int        file_;
    std::mutex mutex_;
};

}  // namespace

int main(int argc, char** argv)
{
    if ((argc != 3 && argc != 4) || sodium_init() < 0) return 2;
    auto const threads = std::strtoul(argv[1], nullptr, 10);
    auto const span    = std::chrono::duration<double>(std::strtod(argv[2], nullptr));
    auto const disk    = argc == 4 ? std::make_unique<Disk>(argv[3]) : nullptr;

    std::atomic<long>         done = 0;
    std::counting_semaphore<> places{static_cast<std::ptrdiff_t>(threads)};
    auto const                begin = std::chrono::steady_clock::now();
    std::vector<std::thread>  workers;
    for (unsigned long i = 0; i < threads * (disk ? 2 : 1); ++i)
        workers.emplace_back([&] {
            while (std::chrono::steady_clock::now() - begin < span) {
                if (disk) disk->write_durably();
                places.acquire();
                hash();
                places.release();
                if (disk) disk->write_durably();
                ++done;
            }
        });
    for (auto& worker : workers) worker.join();
    auto const spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    fmt::print("{:.2f}\n", static_cast<double>(done) / spent);
}
