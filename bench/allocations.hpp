// bench/allocations.hpp - how often this program has called operator new.
//
// Ours alone: what OpenSSL takes comes from malloc.
#pragma once

namespace bench {

[[nodiscard]] long allocations();

}  // namespace bench
