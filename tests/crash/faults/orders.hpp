// tests/crash/faults/orders.hpp - what shall become of the next call, as the test has ordered.
//
// The file that FAULTS_ORDERS names holds one line, read before every call:
//
//     3 none
//     4 kill 7 before        the 7th call from here on ends the process, which has not made it
//     5 kill 7 within        the same, half of a write done, or all of another call
//     6 fail write,sync EIO  each call of these kinds, until another order comes
//     7 fail-once 7 EIO      the 7th call
//
// The number in front tells one order from the one before; with a new one, counting begins again.
#pragma once
#include <cstdint>

namespace crash {

// Reads and opens are never counted; they fail where they are named.
enum class Kind : std::uint8_t { read, open, write, sync, name, link, send };

struct Verdict {
    enum class Deed : std::uint8_t { pass, fail, die_before, die_within };

    Deed deed  = Deed::pass;
    int  error = 0;
};

// Not thread-safe.
[[nodiscard]] Verdict next_verdict(Kind kind);

}  // namespace crash
