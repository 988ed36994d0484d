// Keys as PEM (RFC 7468) and DER, in and out.
#include <openssl/bio.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "jose/der.hpp"
#include "jose/key_material.hpp"
#include "jose/refuse.hpp"

namespace jose {
namespace detail {
namespace {

using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

constexpr std::size_t kLongestPem = 32 * 1024;

// One "-----BEGIN label-----" and what it holds.
struct Block {
    std::string          label;
    bool                 is_encrypted = false;  // by RFC 1421's headers
    signet::SecretString der;
};

// What OpenSSL reads, given back and wiped however the scope ends.
struct Parts {
    Parts() = default;
    ~Parts()
    {
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_clear_free(der, static_cast<std::size_t>(size));
    }
    Parts(Parts const&)            = delete;
    Parts& operator=(Parts const&) = delete;

    char*          label  = nullptr;
    char*          header = nullptr;
    unsigned char* der    = nullptr;
    long           size   = 0;
};

// The next block; nullopt when there is none.
std::optional<Block> read_block(BIO* from)
{
    Parts      parts;
    bool const found = PEM_read_bio(from, &parts.label, &parts.header, &parts.der, &parts.size) == 1;
    if (!found) settle_errors();
    if (!found) return std::nullopt;
    auto const* der = reinterpret_cast<char const*>(parts.der);
    return Block{.label        = parts.label,
                 .is_encrypted = *parts.header != '\0',
                 .der          = signet::SecretString{{der, static_cast<std::size_t>(parts.size)}}};
}

constexpr std::array<std::string_view, 2> kPublicLabels{"PUBLIC KEY", "RSA PUBLIC KEY"};
constexpr std::array<std::string_view, 3> kPrivateLabels{"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"};

Result<void> check_label(Block const& block, Purpose purpose)
{
    bool const is_public  = std::ranges::find(kPublicLabels, block.label) != kPublicLabels.end();
    bool const is_private = std::ranges::find(kPrivateLabels, block.label) != kPrivateLabels.end();
    if (block.label == "ENCRYPTED PRIVATE KEY" || (is_private && block.is_encrypted))
        return refuse(purpose == Purpose::verify ? Errc::key_not_for_this_use : Errc::unsupported_key,
                      "an encrypted private key; decrypt it first");
    if (block.label.ends_with("CERTIFICATE"))
        return refuse(Errc::unsupported_key, "an X.509 certificate; give the public key in it");
    if (!is_public && !is_private) return refuse(Errc::unsupported_key, "PEM of " + excerpt(block.label));
    if (is_private && purpose == Purpose::verify)
        return refuse(Errc::key_not_for_this_use, "a private key where a public one is wanted");
    if (is_public && purpose == Purpose::sign) return refuse(Errc::key_not_for_this_use, "a public key cannot sign");
    return {};
}

Result<Jwk> read_pem(std::string_view pem, Algorithm algorithm, Purpose purpose)
{
    if (is_symmetric(algorithm)) return refuse(Errc::key_not_for_this_use, "a shared secret is never PEM or DER");
    if (pem.empty()) return refuse(Errc::malformed_key, "not a PEM key");  // OpenSSL makes no BIO of nothing
    if (pem.size() > kLongestPem) return refuse(Errc::malformed_key, "PEM of more than 32 KiB");
    forget_errors();
    auto const bio   = owned<Bio>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    auto       block = read_block(bio.get());
    // `openssl ecparam -genkey` writes the curve's name before the key that repeats it.
    if (block && block->label == "EC PARAMETERS") block = read_block(bio.get());
    if (!block) return refuse(Errc::malformed_key, "not a PEM key");
    TRY(check_label(*block, purpose));
    // NB: not a second read, which finds nothing when memory is out, too.
    auto const rest = pem.substr(pem.size() - BIO_ctrl_pending(bio.get()));
    if (rest.contains("-----BEGIN ")) return refuse(Errc::malformed_key, "PEM of more than one key");
    return read_der(block->der.reveal(), algorithm, purpose);
}

Result<VerificationKey> verification_key(Jwk jwk, Algorithm algorithm, std::string_view kid)
{
    jwk.kid       = kid;
    auto material = TRY(load_key(jwk, algorithm, Purpose::verify));
    return KeyAccess::wrap(std::move(material));
}

Result<SigningKey> signing_key(Jwk jwk, Algorithm algorithm, std::string_view kid)
{
    jwk.kid       = kid;
    auto key      = TRY(load_key(jwk, algorithm, Purpose::sign));
    auto material = TRY(finish_signer(std::move(key)));
    return KeyAccess::wrap_signer(std::move(material));
}

Result<std::string> must_exist(std::string der)
{
    if (der.empty()) return refuse(Errc::key_not_for_this_use, "a shared secret has no PEM or DER");
    return der;
}

std::string to_pem(char const* label, std::string_view der)
{
    auto const bio = owned<Bio>(BIO_new(BIO_s_secmem()));  // wiped, since it may be secret
    if (PEM_write_bio(bio.get(), label, "", bytes(der), static_cast<long>(der.size())) <= 0) throw std::bad_alloc{};
    char*      text = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace
}  // namespace detail

using namespace detail;

Result<VerificationKey> VerificationKey::parse_pem(std::string_view pem, Algorithm algorithm, std::string_view kid)
{
    return refuse_when_out_of_memory([&]() -> Result<VerificationKey> {
        auto jwk = TRY(read_pem(pem, algorithm, Purpose::verify));
        return verification_key(std::move(jwk), algorithm, kid);
    });
}

Result<VerificationKey> VerificationKey::parse_der(std::string_view der, Algorithm algorithm, std::string_view kid)
{
    return refuse_when_out_of_memory([&]() -> Result<VerificationKey> {
        auto jwk = TRY(read_der(der, algorithm, Purpose::verify));
        return verification_key(std::move(jwk), algorithm, kid);
    });
}

Result<std::string> VerificationKey::to_der() const
{
    return refuse_when_out_of_memory([&] { return must_exist(material_->public_der()); });
}

Result<std::string> VerificationKey::to_pem() const
{
    return refuse_when_out_of_memory([&]() -> Result<std::string> {
        auto const der = TRY(to_der());
        return detail::to_pem("PUBLIC KEY", der);
    });
}

Result<SigningKey> SigningKey::parse_pem(std::string_view pem, Algorithm algorithm, std::string_view kid)
{
    return refuse_when_out_of_memory([&]() -> Result<SigningKey> {
        auto jwk = TRY(read_pem(pem, algorithm, Purpose::sign));
        return signing_key(std::move(jwk), algorithm, kid);
    });
}

Result<SigningKey> SigningKey::parse_der(std::string_view der, Algorithm algorithm, std::string_view kid)
{
    return refuse_when_out_of_memory([&]() -> Result<SigningKey> {
        auto jwk = TRY(read_der(der, algorithm, Purpose::sign));
        return signing_key(std::move(jwk), algorithm, kid);
    });
}

Result<std::string> SigningKey::reveal_der() const
{
    return refuse_when_out_of_memory([&] { return must_exist(material_->private_der()); });
}

Result<std::string> SigningKey::reveal_pem() const
{
    return refuse_when_out_of_memory([&]() -> Result<std::string> {
        auto der = TRY(reveal_der());
        auto pem = detail::to_pem("PRIVATE KEY", der);
        OPENSSL_cleanse(der.data(), der.size());
        return pem;
    });
}

}  // namespace jose
