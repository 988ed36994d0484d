#include "jose/roca.hpp"

#include <algorithm>
#include <array>

namespace jose::detail {
namespace {

// The broken primes are k * M + (65537^a mod M) with M the product of these, so
// the modulus is a power of 65537 modulo each.
constexpr std::array<unsigned, 38> kPrimes{3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,
                                           47,  53,  59,  61,  67,  71,  73,  79,  83,  89,  97,  101, 103,
                                           107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

bool is_power_of_generator(unsigned residue, unsigned prime)
{
    unsigned const generator = 65537 % prime;
    unsigned       power     = 1;
    do {
        if (power == residue) return true;
        power = power * generator % prime;
    } while (power != 1);
    return false;
}

}  // namespace

bool is_roca_modulus(BIGNUM const& modulus)
{
    return std::ranges::all_of(kPrimes, [&](unsigned prime) {
        return is_power_of_generator(static_cast<unsigned>(BN_mod_word(&modulus, prime)), prime);
    });
}

}  // namespace jose::detail
