// core/hash_memory.hpp - the memory that all password hashes together may take, and how many may run.
//
// There are more threads that sign people in than cores, since some of them wait for the disk. Imported hashes may take
// several times as much memory as our own.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace signet::core {

// Thread-safe.
class HashMemory {
public:
    // At least one at once.
    HashMemory(std::size_t budget_bytes, std::size_t at_once)
        : budget_(budget_bytes), left_(budget_bytes), places_(at_once)
    {
    }

    // Held while a hash is computed.
    class Share {
    public:
        Share(HashMemory& memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}
        ~Share() { memory_.give_back(bytes_); }
        Share(Share const&)            = delete;
        Share& operator=(Share const&) = delete;

    private:
        HashMemory& memory_;
        std::size_t bytes_;
    };

    // Blocks until `bytes` and a place are free, first come first served, so that many small hashes do not keep a large
    // one waiting for ever. What exceeds the budget has all of it, alone.
    [[nodiscard]] Share take(std::size_t bytes);

private:
    void give_back(std::size_t bytes);

    std::size_t const       budget_;
    std::mutex              mutex_;
    std::condition_variable changed_;
    std::size_t             left_;
    std::size_t             places_;
    std::uint64_t           next_ticket_ = 0;
    std::uint64_t           served_      = 0;
};

}  // namespace signet::core
