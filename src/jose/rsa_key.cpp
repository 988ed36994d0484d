// RSA keys. RFC 7518 3.3 and 6.3.
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "jose/base64url.hpp"
#include "jose/context_pool.hpp"
#include "jose/der.hpp"
#include "jose/key_material.hpp"
#include "jose/openssl.hpp"
#include "jose/pkey_numbers.hpp"
#include "jose/refuse.hpp"
#include "jose/roca.hpp"

namespace jose::detail {
namespace {

constexpr int kLeastBits = 2048;  // RFC 7518 3.3
constexpr int kMostBits  = 8192;  // more would let one key cost every request

using Operation = int (*)(EVP_PKEY_CTX*);

// CHECKS A23. The salt's length is exact when verifying too; MGF1 takes the
// signature's digest unless told otherwise.
bool set_padding(EVP_PKEY_CTX* context, Padding padding)
{
    if (padding == Padding::pkcs1) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

struct Context {
    Context(EVP_PKEY* key, EVP_MD const* digest, Padding padding, Operation begin)
        : hash(owned<DigestState>(EVP_MD_CTX_new())), pkey(owned<PkeyContext>(EVP_PKEY_CTX_new(key, nullptr)))
    {
        if (EVP_DigestInit_ex2(hash.get(), digest, nullptr) != 1 || begin(pkey.get()) != 1 ||
            EVP_PKEY_CTX_set_signature_md(pkey.get(), digest) != 1 || !set_padding(pkey.get(), padding))
            throw std::bad_alloc{};
    }

    DigestState hash;
    PkeyContext pkey;
};

class RsaKey final : public KeyMaterial {
public:
    RsaKey(AlgorithmRow const& the_row, std::string the_kid, Pkey key)
        : KeyMaterial(the_row, std::move(the_kid)),
          key_(std::move(key)),
          digest_(fetch_digest(row.digest)),
          modulus_bytes_(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())))
    {
    }

    bool verifies(std::string_view input, std::string_view signature) const override
    {
        // RFC 8017 8.1.2 and 8.2.2 step 1, and before any OpenSSL call (CHECKS A23).
        if (signature.size() != modulus_bytes_) return false;
        auto const context = verifiers_.take([&] { return new_context(EVP_PKEY_verify_init); });
        Hash       hash;
        must(digest(*context, input, hash));
        forget_errors();
        if (EVP_PKEY_verify(context->pkey.get(), bytes(signature), signature.size(), hash.data(), row.size) == 1)
            return true;
        settle_errors();
        return false;
    }

    std::string sign(std::string_view input) const override
    {
        auto const context = signers_.take([&] { return new_context(EVP_PKEY_sign_init); });
        Hash       hash;
        must(digest(*context, input, hash));
        forget_errors();
        std::string out(modulus_bytes_, '\0');
        std::size_t size = out.size();
        if (EVP_PKEY_sign(context->pkey.get(), bytes(out), &size, hash.data(), row.size) == 1 && size == out.size())
            return out;
        settle_errors();
        return {};
    }

    Members identity() const override
    {
        Members out;
        out.add("e", encoded_number(*key_, OSSL_PKEY_PARAM_RSA_E)).add("kty", std::string(row.kty));
        out.add("n", encoded_number(*key_, OSSL_PKEY_PARAM_RSA_N));
        return out;
    }

    Members secrets() const override
    {
        Members out;
        for (auto const& member : kRsaPrivate) out.add(member.jwk, encoded_number(*key_, member.openssl));
        return out;
    }

    std::string public_der() const override { return spki_of(*key_); }
    std::string private_der() const override { return pkcs8_of(*key_); }

private:
    using Hash = std::array<unsigned char, EVP_MAX_MD_SIZE>;

    std::unique_ptr<Context> new_context(Operation begin) const
    {
        return std::make_unique<Context>(key_.get(), digest_.get(), row.padding, begin);
    }

    bool digest(Context const& context, std::string_view input, Hash& hash) const
    {
        auto* state = context.hash.get();
        return EVP_DigestInit_ex2(state, digest_.get(), nullptr) == 1 &&
               EVP_DigestUpdate(state, input.data(), input.size()) == 1 &&
               EVP_DigestFinal_ex(state, hash.data(), nullptr) == 1;
    }

    Pkey                 key_;
    Digest               digest_;
    std::size_t          modulus_bytes_;
    ContextPool<Context> verifiers_;
    ContextPool<Context> signers_;
};

// CHECKS A22. Everything is refused before OpenSSL sees the key.
Result<void> check_public(Jwk const& jwk)
{
    auto const n_bytes = TRY(jwk.number("n"));
    auto const e_bytes = TRY(jwk.number("e"));
    // RFC 7518 2: Base64urlUInt takes the fewest octets.
    if (n_bytes.empty() || e_bytes.empty() || n_bytes.front() == '\0' || e_bytes.front() == '\0')
        return refuse(Errc::malformed_key, "n or e is not in its shortest form");
    if (n_bytes.size() * 8 > kMostBits) return refuse(Errc::unsupported_key, "RSA of more than 8192 bits");
    auto const n = to_number(n_bytes);
    auto const e = to_number(e_bytes);
    if (BN_num_bits(n.get()) < kLeastBits) return refuse(Errc::weak_key, "RSA of fewer than 2048 bits");
    if (!BN_is_odd(n.get())) return refuse(Errc::weak_key, "the RSA modulus is even");
    if (!BN_is_odd(e.get()) || BN_is_one(e.get())) return refuse(Errc::weak_key, "the RSA exponent is even or 1");
    if (BN_num_bits(e.get()) > 64) return refuse(Errc::unsupported_key, "an RSA exponent of more than 64 bits");
    if (is_roca_modulus(*n)) return refuse(Errc::weak_key, "an RSA key of a broken generator (ROCA)");
    return {};
}

// RFC 8017 3.2. OpenSSL works around a wrong member in silence, and then signs
// without the check against faults.
class PrivateNumbers {
public:
    explicit PrivateNumbers(Jwk const& jwk) : jwk_(jwk) {}

    [[nodiscard]] bool agree() const
    {
        auto const n  = number("n");
        auto const e  = number("e");
        auto const d  = number("d");
        auto const p  = number("p");
        auto const q  = number("q");
        auto const p1 = minus_one(*p);
        auto const q1 = minus_one(*q);
        return same(*product(*p, *q), *n) && is_one(*product(*e, *d), *p1) && is_one(*product(*e, *d), *q1) &&
               same(*rest(*d, *p1), *number("dp")) && same(*rest(*d, *q1), *number("dq")) &&
               is_one(*product(*number("qi"), *q), *p) && BN_cmp(number("qi").get(), p.get()) < 0;
    }

private:
    [[nodiscard]] Number number(std::string_view name) const
    {
        return to_number(jwk_.numbers.find(name)->second.reveal());
    }

    [[nodiscard]] static Number minus_one(BIGNUM const& number)
    {
        auto out = owned<Number>(BN_dup(&number));
        must(BN_sub_word(out.get(), 1));
        return out;
    }
    [[nodiscard]] Number product(BIGNUM const& a, BIGNUM const& b) const
    {
        auto out = owned<Number>(BN_secure_new());
        must(BN_mul(out.get(), &a, &b, scratch_.get()));
        return out;
    }
    // Zero for a modulus of zero, which agrees with nothing.
    [[nodiscard]] Number rest(BIGNUM const& number, BIGNUM const& modulus) const
    {
        auto out = owned<Number>(BN_secure_new());
        if (!BN_is_zero(&modulus)) must(BN_mod(out.get(), &number, &modulus, scratch_.get()));
        return out;
    }
    [[nodiscard]] bool is_one(BIGNUM const& number, BIGNUM const& modulus) const
    {
        return BN_is_one(rest(number, modulus).get()) == 1;
    }
    [[nodiscard]] static bool same(BIGNUM const& a, BIGNUM const& b) { return BN_cmp(&a, &b) == 0; }

    using Scratch = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;

    Jwk const& jwk_;
    Scratch    scratch_ = owned<Scratch>(BN_CTX_secure_new());
};

Result<void> check_private(Jwk const& jwk)
{
    // RFC 7518 6.3.2: with one of the primes' members, all of them. They are
    // wanted here always: the check against faults needs them (CHECKS A27).
    for (auto const& member : kRsaPrivate)
        if (!jwk.has(member.jwk)) return refuse(Errc::malformed_key, std::string(member.jwk) + " is missing");

    if (!PrivateNumbers{jwk}.agree()) return refuse(Errc::malformed_key, "the private RSA members disagree");
    return {};
}

}  // namespace

Loaded load_rsa(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose)
{
    for (auto const* foreign : {"x", "y", "k"})
        if (jwk.has(foreign)) return refuse(Errc::malformed_key, std::string(foreign) + " in an RSA key");
    forget_errors();
    TRY(check_public(jwk));
    if (purpose == Purpose::sign) TRY(check_private(jwk));
    auto key = TRY(make_rsa(jwk, half_for(purpose)));
    return std::make_unique<RsaKey>(row, jwk.kid, std::move(key));
}

Jwk generate_rsa(AlgorithmRow const& row, NewKey const& wanted)
{
    auto const bits = static_cast<std::size_t>(wanted.rsa_bits);
    auto const key  = owned<Pkey>(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
    Jwk        jwk;
    jwk.kty = row.kty;
    must(read_rsa(jwk, *key, Half::private_half));
    return jwk;
}

}  // namespace jose::detail
