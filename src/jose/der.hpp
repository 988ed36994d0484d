// jose/der.hpp - keys as ASN.1, in and out.
//
// What is read becomes a JWK, and is checked like any other.
#pragma once
#include <string>
#include <string_view>

#include "jose/algorithms.hpp"
#include "jose/jwk.hpp"
#include "jose/openssl.hpp"

namespace jose::detail {

// A SubjectPublicKeyInfo (RFC 5280 4.1.2.7) or an RSAPublicKey (RFC 8017 A.1.1)
// where `purpose` is to verify; a PKCS#8 PrivateKeyInfo (RFC 5958 2), an
// RSAPrivateKey (RFC 8017 A.1.2), or an ECPrivateKey (RFC 5915 3) where it is to
// sign. The JWK has the key's own kty and crv. A certificate, an encrypted key,
// a key of the other half, or bytes after the key are refused by name.
[[nodiscard]] Result<Jwk> read_der(std::string_view der, Algorithm algorithm, Purpose purpose);

// Whether the bytes begin with the DER of a public key, as above, or of a certificate.
[[nodiscard]] bool begins_with_public_der(std::string_view bytes);

// SubjectPublicKeyInfo and PKCS#8 of a key. The caller wipes the latter.
[[nodiscard]] std::string spki_of(EVP_PKEY const& key);
[[nodiscard]] std::string pkcs8_of(EVP_PKEY const& key);

// The same for an Edwards key of the row's curve from its raw bytes (RFC 8410).
[[nodiscard]] std::string okp_public_der(AlgorithmRow const& row, std::string_view raw);
[[nodiscard]] std::string okp_private_der(AlgorithmRow const& row, std::string_view raw);

}  // namespace jose::detail
