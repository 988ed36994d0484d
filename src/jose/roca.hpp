// jose/roca.hpp - the fingerprint of RSA keys whose primes are not random.
//
// Nemec and others, "The Return of Coppersmith's Attack", 2017 (CVE-2017-15361).
#pragma once
#include <openssl/bn.h>

namespace jose::detail {

// True for a modulus of the broken generator; false for any other with a
// probability of about 1 - 2^-27.
[[nodiscard]] bool is_roca_modulus(BIGNUM const& modulus);

}  // namespace jose::detail
