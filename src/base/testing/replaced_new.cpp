// NB: all forms, since a sanitizer brings its own of each that is not replaced.
#include "base/testing/replaced_new.hpp"

#include <new>

void* operator new(std::size_t size)
{
    auto* const block = signet::testing::allocate(size);
    if (block == nullptr) throw std::bad_alloc{};
    return block;
}
void* operator new[](std::size_t size)
{
    return operator new(size);
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept
{
    return signet::testing::allocate(size);
}
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept
{
    return signet::testing::allocate(size);
}
void operator delete(void* block) noexcept
{
    signet::testing::give_back(block);
}
void operator delete[](void* block) noexcept
{
    signet::testing::give_back(block);
}
void operator delete(void* block, std::size_t) noexcept
{
    signet::testing::give_back(block);
}
void operator delete[](void* block, std::size_t) noexcept
{
    signet::testing::give_back(block);
}
void operator delete(void* block, std::nothrow_t const&) noexcept
{
    signet::testing::give_back(block);
}
void operator delete[](void* block, std::nothrow_t const&) noexcept
{
    signet::testing::give_back(block);
}
