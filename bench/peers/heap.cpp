// Counts what the whole program takes from the heap, OpenSSL and C libraries too:
// the executable's malloc comes before the C library's, which stays behind it.
#include <atomic>
#include <cstddef>

#include "bench/peers/peer.hpp"

// glibc's own, under the names it keeps for this.
extern "C" {
void* __libc_malloc(std::size_t size);                     // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(std::size_t count, std::size_t size);  // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* memory, std::size_t size);      // NOLINT(bugprone-reserved-identifier)
}

namespace {

std::atomic<long> count = 0;

}  // namespace

long peer::allocations()
{
    return count;
}

extern "C" void* malloc(std::size_t size)
{
    count.fetch_add(1, std::memory_order_relaxed);
    return __libc_malloc(size);
}
extern "C" void* calloc(std::size_t members, std::size_t size)
{
    count.fetch_add(1, std::memory_order_relaxed);
    return __libc_calloc(members, size);
}
extern "C" void* realloc(void* memory, std::size_t size)
{
    count.fetch_add(1, std::memory_order_relaxed);
    return __libc_realloc(memory, size);
}
