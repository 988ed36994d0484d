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

namespace jose::detail {

struct AlgorithmRow;
struct Jwk;
struct KeyMaterial;

enum class Purpose { verify, sign };

// Checks a JWK whose kty and crv are the row's, and makes a key of it.
using Load     = Result<std::unique_ptr<KeyMaterial>> (*)(AlgorithmRow const&, Jwk const&, Purpose);
// A new private JWK.
using Generate = Jwk (*)(AlgorithmRow const&);

struct AlgorithmRow {
    Algorithm        id;
    std::string_view name;    // "alg"
    std::string_view kty;     // RFC 7518 6.1
    std::string_view crv;     // empty where kty has no curves
    char const*      digest;  // OpenSSL's name; nullptr where the scheme fixes its own
    char const*      group;   // OpenSSL's name of the curve, or nullptr
    std::size_t      size;    // bytes: of the digest, or of one coordinate
    bool             is_symmetric;
    Load             load;
    Generate         generate;
};

[[nodiscard]] std::span<AlgorithmRow const> algorithms();
[[nodiscard]] AlgorithmRow const&           row_of(Algorithm algorithm);
// nullptr when no row has that name.
[[nodiscard]] AlgorithmRow const*           find_row(std::string_view name);

}  // namespace jose::detail
