// base/testing/replaced_new.hpp - a program's operator new and delete, in all their forms, by two functions.
//
// For one .cpp of a program, which defines the two. NB: all forms, since a sanitizer brings its own of each that is
// not replaced.
#pragma once
#include <cstddef>
#include <new>

namespace signet::testing {

// nullptr: there is no memory.
[[nodiscard]] void* allocate(std::size_t size) noexcept;
// May be given nullptr.
void                give_back(void* block) noexcept;

}  // namespace signet::testing

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
