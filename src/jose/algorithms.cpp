#include "jose/algorithms.hpp"

#include <algorithm>
#include <array>

#include "jose/key_material.hpp"

namespace jose {
namespace detail {
namespace {

// In the order of the enumeration.
constexpr std::array kAlgorithms{
    // clang-format off
    //           id                name     kty    crv        digest    group         size symmetric  key
    AlgorithmRow{Algorithm::hs256, "HS256", "oct", "",        "SHA256", nullptr,      32,  true,      load_hmac,    generate_hmac},
    AlgorithmRow{Algorithm::rs256, "RS256", "RSA", "",        "SHA256", nullptr,      32,  false,     load_rsa,     generate_rsa},
    AlgorithmRow{Algorithm::es256, "ES256", "EC",  "P-256",   "SHA256", "prime256v1", 32,  false,     load_ec,      generate_ec},
    AlgorithmRow{Algorithm::eddsa, "EdDSA", "OKP", "Ed25519", nullptr,  nullptr,      32,  false,     load_ed25519, generate_ed25519},
    // clang-format on
};

}  // namespace

std::span<AlgorithmRow const> algorithms()
{
    return kAlgorithms;
}

AlgorithmRow const& row_of(Algorithm algorithm)
{
    return kAlgorithms.at(static_cast<std::size_t>(algorithm));
}

AlgorithmRow const* find_row(std::string_view name)
{
    auto const row = std::ranges::find(kAlgorithms, name, &AlgorithmRow::name);
    return row == kAlgorithms.end() ? nullptr : &*row;
}

}  // namespace detail

std::string_view name(Algorithm algorithm)
{
    return detail::row_of(algorithm).name;
}

std::optional<Algorithm> find_algorithm(std::string_view name)
{
    auto const* row = detail::find_row(name);
    if (row == nullptr) return std::nullopt;
    return row->id;
}

}  // namespace jose
