// PEM in: a SubjectPublicKeyInfo becomes a JWK, and is checked like any other.
#include <openssl/bio.h>
#include <openssl/pem.h>

#include <array>

#include "base/result.hpp"
#include "jose/key_material.hpp"
#include "jose/openssl.hpp"
#include "jose/refuse.hpp"

namespace jose {
namespace detail {
namespace {

using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

constexpr std::size_t kLongestPem = 16 * 1024;

bool set_number(Jwk& jwk, EVP_PKEY const& key, char const* name, char const* parameter, std::size_t size = 0)
{
    auto const number = number_of(key, parameter);
    if (number) jwk.numbers.emplace(name, signet::SecretString{number_bytes(*number, size)});
    return number != nullptr;
}

bool read_rsa(Jwk& jwk, EVP_PKEY const& key, AlgorithmRow const&)
{
    return EVP_PKEY_is_a(&key, "RSA") == 1 && set_number(jwk, key, "n", OSSL_PKEY_PARAM_RSA_N) &&
           set_number(jwk, key, "e", OSSL_PKEY_PARAM_RSA_E);
}

bool read_ec(Jwk& jwk, EVP_PKEY const& key, AlgorithmRow const& row)
{
    std::array<char, 64> group{};
    return EVP_PKEY_is_a(&key, "EC") == 1 &&
           EVP_PKEY_get_utf8_string_param(&key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), nullptr) == 1 &&
           std::string_view{group.data()} == row.group &&
           set_number(jwk, key, "x", OSSL_PKEY_PARAM_EC_PUB_X, row.size) &&
           set_number(jwk, key, "y", OSSL_PKEY_PARAM_EC_PUB_Y, row.size);
}

bool read_okp(Jwk& jwk, EVP_PKEY const& key, AlgorithmRow const& row)
{
    std::string x(row.size, '\0');
    std::size_t size = x.size();
    if (EVP_PKEY_is_a(&key, std::string(row.crv).c_str()) != 1 ||
        EVP_PKEY_get_raw_public_key(&key, bytes(x), &size) != 1 || size != x.size())
        return false;
    jwk.numbers.emplace("x", signet::SecretString{x});
    return true;
}

struct Reader {
    std::string_view kty;
    bool (*read)(Jwk&, EVP_PKEY const&, AlgorithmRow const&);
};
constexpr std::array<Reader, 3> kReaders{{{"RSA", read_rsa}, {"EC", read_ec}, {"OKP", read_okp}}};

}  // namespace
}  // namespace detail

using namespace detail;

Result<VerificationKey> VerificationKey::parse_pem(std::string_view pem, Algorithm algorithm, std::string_view kid)
{
    auto const& row = row_of(algorithm);
    if (row.is_symmetric) return refuse(Errc::key_not_for_this_use, "a shared secret is never PEM");
    if (pem.size() > kLongestPem) return refuse(Errc::malformed_key, "PEM of more than 16 KiB");
    if (kid.size() > kLongestKid) return refuse(Errc::malformed_key, "kid is longer than 128 bytes");
    if (pem.find("PRIVATE KEY-----") != pem.npos)
        return refuse(Errc::key_not_for_this_use, "a private key where a public one is wanted");

    auto const bio = owned<Bio>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Pkey const key{PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)};
    ERR_clear_error();
    if (!key) return refuse(Errc::malformed_key, "not a PEM public key");

    Jwk jwk;
    jwk.kid = kid;
    jwk.kty = row.kty;
    jwk.crv = row.crv;
    for (auto const& reader : kReaders) {
        if (reader.kty != row.kty) continue;
        if (!reader.read(jwk, *key, row))
            return refuse(Errc::malformed_key, "a PEM key of another kind than " + std::string(row.name) + " takes");
    }
    auto material = TRY(load_key(jwk, algorithm, Purpose::verify));
    return KeyAccess::wrap(std::move(material));
}

}  // namespace jose
