// Large memory that a library asks for at once: in huge pages, and kept for the next who asks.
//
// Argon2 goes through its 19 MiB in an order that nobody can foresee: in pages of 4 KiB nearly every step misses the
// processor's table of pages, in pages of 2 MiB none does, and a hash takes a half to a third of the time. And half of
// what is left is the system making those pages and taking them away again. libsodium neither asks for huge pages nor
// keeps memory, and takes no allocator: docs/decisions/0017-huge-pages-for-hashes.md.
#include "cli/huge_pages.hpp"

#ifdef SIGNET_SANITIZED

void signet::cli::give_back_hash_memory() {}

#else

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLarge    = 4 * kHugePage;
constexpr std::size_t kLargest  = std::size_t{1} << 40;

void* map(void* address, std::size_t size, int protection, int flags, int file, off_t offset)
{
    return reinterpret_cast<void*>(::syscall(SYS_mmap, address, size, protection, flags, file, offset));
}

int unmap(void* address, std::size_t size)
{
    return static_cast<int>(::syscall(SYS_munmap, address, size));
}

constexpr std::size_t whole_pages(std::size_t size)
{
    return (size + kHugePage - 1) / kHugePage * kHugePage;
}

// `size` is a number of huge pages. All of it begins and ends with one. MAP_FAILED, with errno, if there is none.
void* map_huge(std::size_t size, int protection, int flags)
{
    auto* const memory = map(nullptr, size + kHugePage, protection, flags & ~MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) return memory;
    auto* const begin = static_cast<std::byte*>(memory);
    auto const  before =
        whole_pages(reinterpret_cast<std::uintptr_t>(memory)) - reinterpret_cast<std::uintptr_t>(memory);
    if (before > 0) unmap(begin, before);
    unmap(begin + before + size, kHugePage - before);
    auto const error = errno;
    ::madvise(begin + before, size, MADV_HUGEPAGE);        // a wish: without huge pages it is as slow as ever
    ::madvise(begin + before, size, MADV_POPULATE_WRITE);  // so is this; pages that are not there come when touched
    errno = error;
    return begin + before;
}

// What was mapped, in use or kept. Whoever comes when all places are taken maps and unmaps for himself.
class Blocks {
public:
    // Null when there is no place; MAP_FAILED, with errno, when there is no memory.
    void* take(std::size_t size, int protection, int flags)
    {
        Block* place = nullptr;
        {
            std::lock_guard const lock{mutex_};
            is_used_ = true;
            // Kept and used together are never more than were used at once: what does not fit goes first.
            give_back([&](Block const& block) { return block.size != size; });
            auto const kept = std::ranges::find_if(blocks_, [](Block const& block) { return block.is_kept; });
            if (kept != blocks_.end()) {
                kept->is_kept = false;
                return kept->address;
            }
            place = std::ranges::find(blocks_, std::size_t{0}, &Block::size);
            if (place == blocks_.end()) return nullptr;
            place->size = size;
        }
        auto* const memory = map_huge(whole_pages(size), protection, flags);

        std::lock_guard const lock{mutex_};
        if (memory == MAP_FAILED)
            *place = {};
        else
            place->address = memory;
        return memory;
    }

    // False if it is none of these. libsodium gives back whole ones.
    bool keep(void* address, std::size_t size)
    {
        std::lock_guard const lock{mutex_};
        auto const            block = std::ranges::find(blocks_, address, &Block::address);
        if (block == blocks_.end() || block->size != size) return false;
        return block->is_kept = true;
    }

    void give_back_unused()
    {
        std::lock_guard const lock{mutex_};
        if (!std::exchange(is_used_, false)) give_back([](Block const&) { return true; });
    }

private:
    struct Block {
        void*       address = nullptr;
        std::size_t size    = 0;  // as it was asked for; 0: a free place
        bool        is_kept = false;
    };

    template <class Wanted>
    void give_back(Wanted const& wanted)
    {
        for (auto& block : blocks_)
            if (block.is_kept && wanted(block)) {
                unmap(block.address, whole_pages(block.size));
                block = {};
            }
    }

    std::mutex             mutex_;
    std::array<Block, 256> blocks_;
    bool                   is_used_ = false;  // since the last give_back_unused()
};

constinit Blocks blocks;

}  // namespace

void signet::cli::give_back_hash_memory()
{
    blocks.give_back_unused();
}

// Stand in for libc's mmap(2) and munmap(2), of which they do the same, with one difference: memory that was asked for
// as libsodium alone asks, large and wanted at once, may hold what its last user left there.
extern "C" void* mmap(void* address, std::size_t size, int protection, int flags, int file, off_t offset) noexcept
{
    constexpr int kAsked  = MAP_ANONYMOUS | MAP_PRIVATE | MAP_POPULATE;
    bool const    is_hash = address == nullptr && size >= kLarge && size <= kLargest &&
                         protection == (PROT_READ | PROT_WRITE) && flags == kAsked;
    if (is_hash)
        if (auto* const memory = blocks.take(size, protection, flags)) return memory;
    return map(address, size, protection, flags, file, offset);
}

extern "C" int munmap(void* address, std::size_t size) noexcept
{
    return size >= kLarge && blocks.keep(address, size) ? 0 : unmap(address, size);
}

#endif
