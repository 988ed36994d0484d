// Large memory that a library asks for at once, in huge pages.
//
// Argon2 goes through its 19 MiB in an order that nobody can foresee: in pages of 4 KiB nearly every step misses the
// processor's table of pages, in pages of 2 MiB none does, and a hash takes a half to a third of the time. Where the
// system gives huge pages to those alone who ask for them (`transparent_hugepage/enabled` is "madvise"), somebody has
// to ask, and libsodium does not: docs/decisions/0017-huge-pages-for-hashes.md.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace {

constexpr std::size_t kLarge = std::size_t{8} << 20;

void* map(void* address, std::size_t size, int protection, int flags, int file, off_t offset)
{
    return reinterpret_cast<void*>(::syscall(SYS_mmap, address, size, protection, flags, file, offset));
}

}  // namespace

// Stands in for libc's mmap(2), of which it does the same: what is asked for with MAP_POPULATE is there when it
// returns.
extern "C" void* mmap(void* address, std::size_t size, int protection, int flags, int file, off_t offset) noexcept
{
    bool const is_large_and_wanted_now = size >= kLarge && (flags & MAP_ANONYMOUS) != 0 && (flags & MAP_POPULATE) != 0;
    if (!is_large_and_wanted_now) return map(address, size, protection, flags, file, offset);
    auto* const memory = map(address, size, protection, flags & ~MAP_POPULATE, file, offset);
    if (memory == MAP_FAILED) return memory;
    auto const before = errno;
    ::madvise(memory, size, MADV_HUGEPAGE);        // a wish: without huge pages it is as slow as ever
    ::madvise(memory, size, MADV_POPULATE_WRITE);  // so is this; pages that are not there come when they are touched
    errno = before;
    return memory;
}
