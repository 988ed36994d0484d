// Elliptic curve keys for ECDSA. RFC 7518 3.4 and 6.2.
#include <openssl/ec.h>

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

namespace jose::detail {
namespace {

constexpr std::size_t kLongestCoordinate = 66;                                // P-521
constexpr std::size_t kLongestDer        = 2 * (kLongestCoordinate + 3) + 3;  // two INTEGERs in a SEQUENCE

using Operation   = int (*)(EVP_PKEY_CTX*);
using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

struct Context {
    Context(EVP_PKEY* key, EVP_MD const* digest, Operation begin)
        : hash(owned<DigestState>(EVP_MD_CTX_new())), pkey(owned<PkeyContext>(EVP_PKEY_CTX_new(key, nullptr)))
    {
        if (EVP_DigestInit_ex2(hash.get(), digest, nullptr) != 1 || begin(pkey.get()) != 1) throw std::bad_alloc{};
    }

    DigestState hash;
    PkeyContext pkey;
};

// RFC 7518 3.4 signs r || s; OpenSSL wants ASN.1.
class Der {
public:
    Der(std::string_view r, std::string_view s)
    {
        auto const r_text = shortest(r);
        auto const s_text = shortest(s);
        auto const size   = integer_size(r_text) + integer_size(s_text);
        put(0x30);
        if (size > 127) put(0x81);
        put(static_cast<unsigned char>(size));
        put_integer(r_text);
        put_integer(s_text);
    }
    [[nodiscard]] unsigned char const* data() const { return bytes_.data(); }
    [[nodiscard]] std::size_t          size() const { return size_; }

private:
    static std::string_view shortest(std::string_view number)
    {
        return number.substr(std::min(number.find_first_not_of('\0'), number.size() - 1));
    }
    static bool        needs_zero(std::string_view number) { return (number.front() & 0x80) != 0; }
    static std::size_t integer_size(std::string_view number) { return 2 + number.size() + needs_zero(number); }

    void put(unsigned char byte) { bytes_[size_++] = byte; }
    void put_integer(std::string_view number)
    {
        put(0x02);
        put(static_cast<unsigned char>(number.size() + needs_zero(number)));
        if (needs_zero(number)) put(0);
        std::ranges::copy(number, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += number.size();
    }

    std::array<unsigned char, kLongestDer> bytes_;
    std::size_t                            size_ = 0;
};

class EcKey final : public KeyMaterial {
public:
    EcKey(AlgorithmRow const& the_row, std::string the_kid, Pkey key)
        : KeyMaterial(the_row, std::move(the_kid)),
          key_(std::move(key)),
          digest_(fetch_digest(row.digest)),
          digest_bytes_(static_cast<std::size_t>(EVP_MD_get_size(digest_.get()))),
          order_(number_bytes(*owned<Number>(number_of(*key_, OSSL_PKEY_PARAM_EC_ORDER).release()), row.size))
    {
    }

    bool verifies(std::string_view input, std::string_view signature) const override
    {
        // CHECKS A24: exactly two coordinates, each in 1..n-1, before OpenSSL sees them.
        if (signature.size() != 2 * row.size) return false;
        auto const r = signature.substr(0, row.size);
        auto const s = signature.substr(row.size);
        if (!is_in_range(r) || !is_in_range(s)) return false;

        auto const context =
            verifiers_.take([&] { return std::make_unique<Context>(key_.get(), digest_.get(), EVP_PKEY_verify_init); });
        Hash hash;
        must(digest(*context, input, hash));
        forget_errors();
        Der const  der{r, s};
        // Only 1 is a yes: 0 is a no, and so is -1, which says that nothing was
        // computed: of a sum that is the point at infinity, which the key's owner can
        // bring about, or for want of memory.
        auto const verdict = EVP_PKEY_verify(context->pkey.get(), der.data(), der.size(), hash.data(), digest_bytes_);
        if (verdict == 1) return true;
        bool const is_at_infinity = first_error_is(ERR_LIB_EC, EC_R_POINT_AT_INFINITY);
        settle_errors();
        if (verdict < 0 && !is_at_infinity) throw std::bad_alloc{};
        return false;
    }

    std::string sign(std::string_view input) const override
    {
        auto const context =
            signers_.take([&] { return std::make_unique<Context>(key_.get(), digest_.get(), EVP_PKEY_sign_init); });
        Hash hash;
        must(digest(*context, input, hash));
        // OpenSSL mixes the key and the message into each nonce (CHECKS A27).
        std::array<unsigned char, kLongestDer> der;
        std::size_t                            size = der.size();
        forget_errors();
        if (EVP_PKEY_sign(context->pkey.get(), der.data(), &size, hash.data(), digest_bytes_) != 1) {
            settle_errors();
            return {};
        }
        return raw_signature(der.data(), size);
    }

    Members identity() const override
    {
        Members out;
        out.add("crv", std::string(row.crv)).add("kty", std::string(row.kty));
        out.add("x", encoded_number(*key_, OSSL_PKEY_PARAM_EC_PUB_X, row.size));
        out.add("y", encoded_number(*key_, OSSL_PKEY_PARAM_EC_PUB_Y, row.size));
        return out;
    }

    Members secrets() const override
    {
        Members out;
        out.add("d", encoded_number(*key_, OSSL_PKEY_PARAM_PRIV_KEY, row.size));
        return out;
    }

    std::string public_der() const override { return spki_of(*key_); }
    std::string private_der() const override { return pkcs8_of(*key_); }

private:
    using Hash = std::array<unsigned char, EVP_MAX_MD_SIZE>;

    // Both are big-endian and of one size, so bytes compare like numbers.
    bool is_in_range(std::string_view number) const
    {
        return number.find_first_not_of('\0') != number.npos && number < std::string_view{order_};
    }

    bool digest(Context const& context, std::string_view input, Hash& hash) const
    {
        auto* state = context.hash.get();
        return EVP_DigestInit_ex2(state, digest_.get(), nullptr) == 1 &&
               EVP_DigestUpdate(state, input.data(), input.size()) == 1 &&
               EVP_DigestFinal_ex(state, hash.data(), nullptr) == 1;
    }

    std::string raw_signature(unsigned char const* der, std::size_t der_size) const
    {
        EcSignature const parsed{d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(der_size))};
        if (!parsed) throw std::bad_alloc{};  // OpenSSL wrote it
        auto const  size = static_cast<int>(row.size);
        std::string out(2 * row.size, '\0');
        bool const  fits = BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), bytes(out), size) == size &&
                          BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), bytes(out) + size, size) == size;
        return fits ? out : std::string{};
    }

    Pkey                 key_;
    Digest               digest_;
    std::size_t          digest_bytes_;
    std::string          order_;
    ContextPool<Context> verifiers_;
    ContextPool<Context> signers_;
};

}  // namespace

Loaded load_ec(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose)
{
    for (auto const& [name, value] : jwk.numbers) {
        if (name != "x" && name != "y" && name != "d") return refuse(Errc::malformed_key, name + " in an EC key");
        // RFC 7518 6.2.1.2: "The length of this octet string MUST be the full size of a coordinate".
        if (value.size() != row.size) return refuse(Errc::malformed_key, name + " has the wrong length");
    }
    forget_errors();
    auto key = TRY(make_ec(row.group, jwk, half_for(purpose)));
    return std::make_unique<EcKey>(row, jwk.kid, std::move(key));
}

Jwk generate_ec(AlgorithmRow const& row, NewKey const&)
{
    auto const key = owned<Pkey>(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", row.group));
    Jwk        jwk;
    jwk.kty = row.kty;
    jwk.crv = row.crv;
    must(read_ec(jwk, *key, row.size, Half::private_half));
    return jwk;
}

}  // namespace jose::detail
