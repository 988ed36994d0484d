// base/testing/replaced_new.hpp - a program's operator new and delete, in all their forms, by two functions.
//
// A program that adds replaced_new.cpp to its sources defines the two.
#pragma once
#include <cstddef>

namespace signet::testing {

// nullptr: there is no memory.
[[nodiscard]] void* allocate(std::size_t size) noexcept;
// May be given nullptr.
void                give_back(void* block) noexcept;

}  // namespace signet::testing
