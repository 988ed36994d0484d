// jose/algorithms.hpp - the one table of algorithms.
//
// A row says which key an algorithm takes and with which parameters. Below this
// table nothing names an algorithm: the key files read the row.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "jose/algorithm.hpp"
#include "jose/result.hpp"

namespace jose {

struct NewKey;

namespace detail {

struct AlgorithmRow;
struct Jwk;
struct KeyMaterial;

enum class Purpose { verify, sign };

// How an RSA signature fills the modulus: RFC 8017 8.2, and 8.1 with MGF1 of the
// row's digest and a salt as long as it (RFC 7518 3.5).
enum class Padding { none, pkcs1, pss };

// Checks a JWK whose kty and crv are the row's, and makes a key of it.
using Load     = Result<std::unique_ptr<KeyMaterial>> (*)(AlgorithmRow const&, Jwk const&, Purpose);
// A new private JWK.
using Generate = Jwk (*)(AlgorithmRow const&, NewKey const&);

struct AlgorithmRow {
    Algorithm        id;
    std::string_view name;     // "alg"
    std::string_view kty;      // RFC 7518 6.1
    std::string_view crv;      // empty where kty has no curves
    char const*      digest;   // OpenSSL's name; nullptr where the scheme fixes its own
    char const*      group;    // OpenSSL's name of the curve, or nullptr
    std::size_t      size;     // bytes: of the digest, or of one coordinate
    Padding          padding;  // of RSA
    bool             is_symmetric;
    Load             load;
    Generate         generate;
};

// The texts are literals, so that data() of each ends with a zero.
//
// "EdDSA" has a row for each of its curves; every other algorithm has one.
[[nodiscard]] std::span<AlgorithmRow const> algorithms();
// The first row of the algorithm.
[[nodiscard]] AlgorithmRow const&           row_of(Algorithm algorithm);
// The first row of that name; nullptr when there is none. Called for every token.
[[nodiscard]] AlgorithmRow const*           find_row(std::string_view name);
// The row of that algorithm for keys of that curve, where it serves the curve;
// else its first row.
[[nodiscard]] AlgorithmRow const&           row_of(Algorithm algorithm, std::string_view crv);

}  // namespace detail
}  // namespace jose
