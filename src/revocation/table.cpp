#include "revocation/table.hpp"

#include <sys/mman.h>

#include <new>

namespace signet::revocation {
namespace {

// Large memory comes from the kernel and goes back to it whole: tables that grow in turn would leave holes of all
// sizes in the heap.
constexpr std::size_t      kFromKernel = 64UL * 1024;
constexpr std::align_val_t kCacheLine{64};

void* take(std::size_t bytes)
{
    if (bytes < kFromKernel) return operator new(bytes, kCacheLine);
    auto* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc{};
    return memory;
}

}  // namespace

Table::Table(std::uint32_t slots, std::size_t bytes_of_each)
    : bytes_(slots * (bytes_of_each + 1)), slots_(slots), memory_(take(bytes_))
{
}

Table::~Table()
{
    if (bytes_ < kFromKernel)
        operator delete(memory_, kCacheLine);
    else
        munmap(memory_, bytes_);
}

}  // namespace signet::revocation
