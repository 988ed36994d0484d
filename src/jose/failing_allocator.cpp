#include "jose/failing_allocator.hpp"

#include <openssl/crypto.h>

#include <cstdlib>

#include "base/testing/replaced_new.hpp"

namespace jose::test {
namespace {

// Plain numbers: they must be there before and after everything else of a thread.
thread_local std::size_t countdown    = 0;  // 0: nothing fails
thread_local bool        goes_on      = false;
thread_local bool        struck_once  = false;
thread_local std::size_t bytes_so_far = 0;

bool fails(std::size_t size)
{
    bytes_so_far += size;
    if (struck_once && goes_on) return true;
    if (countdown == 0) return false;
    countdown -= 1;
    struck_once = countdown == 0;
    return struck_once;
}

void* openssl_malloc(std::size_t size, char const*, int)
{
    return fails(size) ? nullptr : std::malloc(size);
}
void* openssl_realloc(void* old, std::size_t size, char const*, int)
{
    return fails(size) ? nullptr : std::realloc(old, size);
}
void openssl_free(void* old, char const*, int)
{
    std::free(old);
}

}  // namespace

void install_failing_allocator()
{
    if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1) std::abort();
}

AllocationFailure::AllocationFailure(std::size_t nth, Failing how)
{
    struck_once = false;
    goes_on     = how == Failing::from_then_on;
    countdown   = nth;
}
AllocationFailure::~AllocationFailure()
{
    countdown   = 0;
    struck_once = false;
}
bool AllocationFailure::struck() const
{
    return struck_once;
}

AllocationCount::AllocationCount()
{
    bytes_so_far = 0;
}
std::size_t AllocationCount::bytes() const
{
    return bytes_so_far;
}

}  // namespace jose::test

bool signet::testing::is_granted(std::size_t size) noexcept
{
    return !jose::test::fails(size);
}

void signet::testing::before_free(void*) noexcept {}
