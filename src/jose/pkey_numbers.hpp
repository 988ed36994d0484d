// jose/pkey_numbers.hpp - the numbers of a JWK to OpenSSL's key, and back. RFC 7518 6.2 and 6.3.
#pragma once
#include <array>
#include <cstddef>

#include "jose/algorithms.hpp"
#include "jose/jwk.hpp"
#include "jose/openssl.hpp"

namespace jose::detail {

struct RsaNumber {
    char const* jwk;
    char const* openssl;
};
inline constexpr std::array<RsaNumber, 2> kRsaPublic{{{"n", OSSL_PKEY_PARAM_RSA_N}, {"e", OSSL_PKEY_PARAM_RSA_E}}};
inline constexpr std::array<RsaNumber, 6> kRsaPrivate{{{"d", OSSL_PKEY_PARAM_RSA_D},
                                                       {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
                                                       {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
                                                       {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                                       {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                                       {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};

enum class Half { public_half, private_half };

[[nodiscard]] inline Half half_for(Purpose purpose)
{
    return purpose == Purpose::sign ? Half::private_half : Half::public_half;
}

// The key of numbers that are all there and were judged before: only their form is
// looked at here. Errc::malformed_key.
[[nodiscard]] Result<Pkey> make_rsa(Jwk const& jwk, Half half);
// The key of a group by OpenSSL's name: the point on it, not infinity, of the right
// order; d in range and belonging to the point. Errc::malformed_key.
[[nodiscard]] Result<Pkey> make_ec(char const* group, Jwk const& jwk, Half half);

// Puts the key's numbers into `jwk`; false when it lacks one. `size` is the bytes of
// a coordinate.
[[nodiscard]] bool read_rsa(Jwk& jwk, EVP_PKEY const& key, Half half);
[[nodiscard]] bool read_ec(Jwk& jwk, EVP_PKEY const& key, std::size_t size, Half half);

}  // namespace jose::detail
