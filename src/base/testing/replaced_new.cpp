// NB: all forms, since a sanitizer brings its own of each that is not replaced.
#include "base/testing/replaced_new.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

void* take(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) noexcept
{
    if (!signet::testing::is_granted(size)) return nullptr;
    void* block = nullptr;
    return posix_memalign(&block, alignment, std::max<std::size_t>(size, 1)) == 0 ? block : nullptr;
}

void* take_or_throw(std::size_t size, std::size_t alignment = alignof(std::max_align_t))
{
    auto* const block = take(size, alignment);
    if (block == nullptr) throw std::bad_alloc{};
    return block;
}

void give_back(void* block) noexcept
{
    if (block == nullptr) return;
    signet::testing::before_free(block);
    std::free(block);
}

}  // namespace

void* operator new(std::size_t size)
{
    return take_or_throw(size);
}
void* operator new[](std::size_t size)
{
    return take_or_throw(size);
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept
{
    return take(size);
}
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept
{
    return take(size);
}
void* operator new(std::size_t size, std::align_val_t alignment)
{
    return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment)
{
    return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, std::nothrow_t const&) noexcept
{
    return take(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, std::nothrow_t const&) noexcept
{
    return take(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept
{
    give_back(block);
}
void operator delete[](void* block) noexcept
{
    give_back(block);
}
void operator delete(void* block, std::size_t) noexcept
{
    give_back(block);
}
void operator delete[](void* block, std::size_t) noexcept
{
    give_back(block);
}
void operator delete(void* block, std::nothrow_t const&) noexcept
{
    give_back(block);
}
void operator delete[](void* block, std::nothrow_t const&) noexcept
{
    give_back(block);
}
void operator delete(void* block, std::align_val_t) noexcept
{
    give_back(block);
}
void operator delete[](void* block, std::align_val_t) noexcept
{
    give_back(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept
{
    give_back(block);
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept
{
    give_back(block);
}
void operator delete(void* block, std::align_val_t, std::nothrow_t const&) noexcept
{
    give_back(block);
}
void operator delete[](void* block, std::align_val_t, std::nothrow_t const&) noexcept
{
    give_back(block);
}
