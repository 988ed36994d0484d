// base/testing/replaced_new.hpp - a program's operator new and delete, in all their forms, by malloc() and two
// functions.
//
// A program that adds replaced_new.cpp to its sources defines the two.
#pragma once
#include <cstddef>

namespace signet::testing {

// false: there is no memory.
[[nodiscard]] bool is_granted(std::size_t size) noexcept;
// Before a block is given back. It is not null.
void               before_free(void* block) noexcept;

}  // namespace signet::testing
