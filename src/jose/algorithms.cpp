#include "jose/algorithms.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "jose/key_material.hpp"

namespace jose {
namespace detail {
namespace {

Jwk new_hmac(AlgorithmRow const& row, NewKey const&)
{
    return generate_hmac(row);
}

// In the order of the enumeration. A curve without "alg" means its first row.
constexpr std::array kAlgorithms{
    // clang-format off
    //           id                  name       kty    crv          digest    group         size padding        symmetric  key
    AlgorithmRow{Algorithm::hs256,   "HS256",   "oct", "",          "SHA256", nullptr,      32,  Padding::none,  true,     load_hmac,    new_hmac},
    AlgorithmRow{Algorithm::hs384,   "HS384",   "oct", "",          "SHA384", nullptr,      48,  Padding::none,  true,     load_hmac,    new_hmac},
    AlgorithmRow{Algorithm::hs512,   "HS512",   "oct", "",          "SHA512", nullptr,      64,  Padding::none,  true,     load_hmac,    new_hmac},
    AlgorithmRow{Algorithm::rs256,   "RS256",   "RSA", "",          "SHA256", nullptr,      32,  Padding::pkcs1, false,    load_rsa,     generate_rsa},
    AlgorithmRow{Algorithm::rs384,   "RS384",   "RSA", "",          "SHA384", nullptr,      48,  Padding::pkcs1, false,    load_rsa,     generate_rsa},
    AlgorithmRow{Algorithm::rs512,   "RS512",   "RSA", "",          "SHA512", nullptr,      64,  Padding::pkcs1, false,    load_rsa,     generate_rsa},
    AlgorithmRow{Algorithm::ps256,   "PS256",   "RSA", "",          "SHA256", nullptr,      32,  Padding::pss,   false,    load_rsa,     generate_rsa},
    AlgorithmRow{Algorithm::ps384,   "PS384",   "RSA", "",          "SHA384", nullptr,      48,  Padding::pss,   false,    load_rsa,     generate_rsa},
    AlgorithmRow{Algorithm::ps512,   "PS512",   "RSA", "",          "SHA512", nullptr,      64,  Padding::pss,   false,    load_rsa,     generate_rsa},
    AlgorithmRow{Algorithm::es256,   "ES256",   "EC",  "P-256",     "SHA256", "prime256v1", 32,  Padding::none,  false,    load_ec,      generate_ec},
    AlgorithmRow{Algorithm::es384,   "ES384",   "EC",  "P-384",     "SHA384", "secp384r1",  48,  Padding::none,  false,    load_ec,      generate_ec},
    AlgorithmRow{Algorithm::es512,   "ES512",   "EC",  "P-521",     "SHA512", "secp521r1",  66,  Padding::none,  false,    load_ec,      generate_ec},
    AlgorithmRow{Algorithm::es256k,  "ES256K",  "EC",  "secp256k1", "SHA256", "secp256k1",  32,  Padding::none,  false,    load_ec,      generate_ec},
    AlgorithmRow{Algorithm::eddsa,   "EdDSA",   "OKP", "Ed25519",   nullptr,  nullptr,      32,  Padding::none,  false,    load_ed25519, generate_ed25519},
    AlgorithmRow{Algorithm::eddsa,   "EdDSA",   "OKP", "Ed448",     nullptr,  nullptr,      57,  Padding::none,  false,    load_ed448,   generate_ed448},
    AlgorithmRow{Algorithm::ed25519, "Ed25519", "OKP", "Ed25519",   nullptr,  nullptr,      32,  Padding::none,  false,    load_ed25519, generate_ed25519},
    AlgorithmRow{Algorithm::ed448,   "Ed448",   "OKP", "Ed448",     nullptr,  nullptr,      57,  Padding::none,  false,    load_ed448,   generate_ed448},
    // clang-format on
};

// A name in one register: every token looks its algorithm up.
constexpr std::uint64_t packed(std::string_view name)
{
    std::uint64_t out = name.size();
    for (char const c : name) out = out << 8 | static_cast<unsigned char>(c);
    return out;
}
constexpr std::size_t kLongestName =
    std::ranges::max(kAlgorithms, {}, [](auto& row) { return row.name.size(); }).name.size();
static_assert(kLongestName < sizeof(std::uint64_t));  // the size stays above the letters

constexpr auto kNames = [] {
    std::array<std::uint64_t, kAlgorithms.size()> out{};
    std::ranges::transform(kAlgorithms, out.begin(), [](auto& row) { return packed(row.name); });
    return out;
}();

constexpr auto kIds = [] {
    std::array<Algorithm, kAlgorithms.size() - 1> out{};
    for (std::size_t i = 0; auto& id : out) id = static_cast<Algorithm>(i++);
    return out;
}();
static_assert(std::ranges::all_of(kIds, [](Algorithm id) {
    return std::ranges::find(kAlgorithms, id, &AlgorithmRow::id) != kAlgorithms.end();
}));

}  // namespace

std::span<AlgorithmRow const> algorithms()
{
    return kAlgorithms;
}

AlgorithmRow const& row_of(Algorithm algorithm)
{
    return *std::ranges::find(kAlgorithms, algorithm, &AlgorithmRow::id);
}

AlgorithmRow const& row_of(Algorithm algorithm, std::string_view crv)
{
    auto const fits = [&](AlgorithmRow const& row) { return row.id == algorithm && row.crv == crv; };
    auto const row  = std::ranges::find_if(kAlgorithms, fits);
    return row == kAlgorithms.end() ? row_of(algorithm) : *row;
}

AlgorithmRow const* find_row(std::string_view name)
{
    if (name.size() > kLongestName) return nullptr;
    auto const found = std::ranges::find(kNames, packed(name));
    return found == kNames.end() ? nullptr : &kAlgorithms[static_cast<std::size_t>(found - kNames.begin())];
}

}  // namespace detail

std::span<Algorithm const> all_algorithms()
{
    return detail::kIds;
}

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

bool is_symmetric(Algorithm algorithm)
{
    return detail::row_of(algorithm).is_symmetric;
}

}  // namespace jose
