// jose/jwe_algorithms.hpp - the tables of encryption algorithms.
//
// As in algorithms.hpp: below these tables nothing names an algorithm.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "jose/encryption_algorithm.hpp"

namespace jose::detail {

// The shape of an algorithm: what its key is, and what becomes of the content key.
enum class Transport {
    direct,     // the shared key is the content key
    wrap,       // AES key wrap under the shared key
    agreement,  // ECDH: the agreed key is the content key, or wraps it
    rsa,
};

struct KeyManagementRow {
    KeyManagement                   id;
    std::string_view                name;  // "alg"
    std::string_view                kty;   // RFC 7518 6.1; OKP is an EC key's sister
    Transport                       transport;
    std::size_t                     wrap_bytes;   // of the AES key that wraps; 0: nothing is wrapped
    char const*                     wrap_cipher;  // OpenSSL's name, or nullptr
    // RFC 7517 4.3: any of these among "key_ops" will do.
    std::array<std::string_view, 2> encrypt_ops;
    std::array<std::string_view, 2> decrypt_ops;
};

struct ContentRow {
    ContentEncryption id;
    std::string_view  name;  // "enc"
    char const*       cipher;
    char const*       mac_digest;  // nullptr: the cipher authenticates by itself
    std::size_t       key_bytes;   // of the content key; with a MAC, half is the MAC's
    std::size_t       iv_bytes;
    std::size_t       tag_bytes;
};

struct CurveRow {
    std::string_view kty;
    std::string_view crv;
    char const*      openssl;  // its group, or for OKP its key type
    std::size_t      bytes;    // of one coordinate
};

[[nodiscard]] KeyManagementRow const& row_of(KeyManagement algorithm);
[[nodiscard]] ContentRow const&       row_of(ContentEncryption encryption);
// nullptr when no row has that name.
[[nodiscard]] KeyManagementRow const* find_key_management_row(std::string_view name);
[[nodiscard]] ContentRow const*       find_content_row(std::string_view name);
[[nodiscard]] CurveRow const*         find_curve(std::string_view crv);
// Whether some "enc" takes content keys of this size.
[[nodiscard]] bool                    is_content_key_size(std::size_t bytes);

}  // namespace jose::detail
