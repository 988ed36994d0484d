// jose/failing_allocator.hpp - for tests: memory that runs out where it is told to, and is counted.
//
// Needs replaced_new.cpp in the same program, which fails by it, and OpenSSL's
// allocator does too, once install_failing_allocator() was called. libsodium takes
// no memory for what this library asks of it.
#pragma once
#include <cstddef>
#include <cstdint>

namespace jose::test {

// Before OpenSSL's first allocation: the first line of main().
void install_failing_allocator();

enum class Failing : std::uint8_t { once, from_then_on };

// While it lives, the `nth` allocation of this thread fails, counted from 1.
class AllocationFailure {
public:
    AllocationFailure(std::size_t nth, Failing how);
    ~AllocationFailure();
    AllocationFailure(AllocationFailure const&)            = delete;
    AllocationFailure& operator=(AllocationFailure const&) = delete;

    // Whether it came to that.
    [[nodiscard]] bool struck() const;
};

// What this thread asked for while it lives.
class AllocationCount {
public:
    AllocationCount();

    [[nodiscard]] std::size_t bytes() const;
};

}  // namespace jose::test
