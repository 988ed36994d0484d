#include "base/random.hpp"

#include <sodium.h>

#include <cstdlib>

namespace signet {

void SystemRandom::fill(std::span<std::uint8_t> out)
{
    static bool const ready = sodium_init() >= 0;
    if (!ready) std::abort();
    randombytes_buf(out.data(), out.size());
}

}  // namespace signet
