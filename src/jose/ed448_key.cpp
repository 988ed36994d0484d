// Ed448 keys, "OKP", by OpenSSL. RFC 8037, RFC 8032 5.2.
#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "jose/base64url.hpp"
#include "jose/context_pool.hpp"
#include "jose/der.hpp"
#include "jose/key.hpp"
#include "jose/key_material.hpp"
#include "jose/openssl.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

constexpr std::size_t kKeyBytes       = 57;
constexpr std::size_t kSignatureBytes = 114;

struct Context {
    DigestState state = owned<DigestState>(EVP_MD_CTX_new());
};

std::string raw_key(EVP_PKEY const& key, int (*get)(EVP_PKEY const*, unsigned char*, std::size_t*))
{
    std::string raw(kKeyBytes, '\0');
    std::size_t size = raw.size();
    must(get(&key, bytes(raw), &size));
    return raw;
}

class Ed448Key final : public KeyMaterial {
public:
    Ed448Key(AlgorithmRow const& the_row, std::string the_kid, Pkey key)
        : KeyMaterial(the_row, std::move(the_kid)), key_(std::move(key))
    {
    }

    bool verifies(std::string_view input, std::string_view signature) const override
    {
        if (signature.size() != kSignatureBytes) return false;
        forget_errors();
        auto const context = contexts_.take([] { return std::make_unique<Context>(); });
        auto*      state   = context->state.get();
        must(EVP_DigestVerifyInit(state, nullptr, nullptr, nullptr, key_.get()));
        // CHECKS A25: OpenSSL refuses S >= L.
        bool const good = EVP_DigestVerify(state, bytes(signature), signature.size(), bytes(input), input.size()) == 1;
        if (!good) settle_errors();
        return good;
    }

    std::string sign(std::string_view input) const override
    {
        auto const  context = contexts_.take([] { return std::make_unique<Context>(); });
        auto*       state   = context->state.get();
        std::string out(kSignatureBytes, '\0');
        forget_errors();
        std::size_t size = out.size();
        must(EVP_DigestSignInit(state, nullptr, nullptr, nullptr, key_.get()));
        if (EVP_DigestSign(state, bytes(out), &size, bytes(input), input.size()) == 1 && size == out.size()) return out;
        settle_errors();
        return {};
    }

    Members identity() const override
    {
        Members out;
        out.add("crv", std::string(row.crv)).add("kty", std::string(row.kty));
        out.add("x", base64url::encode(std::string_view{raw_key(*key_, EVP_PKEY_get_raw_public_key)}));
        return out;
    }

    Members secrets() const override
    {
        auto    raw = raw_key(*key_, EVP_PKEY_get_raw_private_key);
        Members out;
        out.add("d", base64url::encode(std::string_view{raw}));
        OPENSSL_cleanse(raw.data(), raw.size());
        return out;
    }

    std::string public_der() const override { return spki_of(*key_); }
    std::string private_der() const override { return pkcs8_of(*key_); }

private:
    Pkey                 key_;
    ContextPool<Context> contexts_;
};

// OpenSSL takes any 57 bytes for a public key. RFC 8032 5.2: the curve is
// x^2 + y^2 = 1 + d x^2 y^2 with d = -39081, modulo p = 2^448 - 2^224 - 1; the
// text is y, little-endian, and in its last bit the sign of x. So x^2 is
// (y^2 - 1) / (d y^2 - 1), which must be a square; it is zero, or y is, for the
// four points of small order (CHECKS A25).
bool is_good_point(std::string_view encoded)
{
    std::array<unsigned char, kKeyBytes> y_bytes;
    std::ranges::copy(encoded, y_bytes.begin());
    y_bytes.back() &= 0x7F;

    auto const scratch = owned<std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>>(BN_CTX_new());
    auto const make    = [] { return owned<Number>(BN_new()); };
    auto const p       = make();
    auto const half    = make();
    auto const y       = owned<Number>(BN_lebin2bn(y_bytes.data(), static_cast<int>(y_bytes.size()), nullptr));
    must(BN_set_bit(p.get(), 448) == 1 && BN_set_bit(half.get(), 224) == 1 &&
         BN_sub(p.get(), p.get(), half.get()) == 1 && BN_sub_word(p.get(), 1) == 1);
    if (BN_is_zero(y.get()) || BN_cmp(y.get(), p.get()) >= 0) return false;

    auto const above = make();  // y^2 - 1
    auto const below = make();  // 39081 y^2 + 1, the negative of d y^2 - 1
    must(BN_mod_sqr(above.get(), y.get(), p.get(), scratch.get()) == 1 &&
         BN_copy(below.get(), above.get()) != nullptr && BN_mul_word(below.get(), 39081) == 1 &&
         BN_add_word(below.get(), 1) == 1 && BN_sub_word(above.get(), 1) == 1 &&
         // Together with its denominator a quotient is a square when the product is.
         BN_mod_mul(above.get(), above.get(), below.get(), p.get(), scratch.get()) == 1 &&
         BN_sub(above.get(), p.get(), above.get()) == 1);
    auto const symbol = BN_kronecker(above.get(), p.get(), scratch.get());
    if (symbol < -1) throw std::bad_alloc{};
    return symbol == 1;
}

}  // namespace

Loaded load_ed448(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose)
{
    for (auto const& [name, value] : jwk.numbers) {
        if (name != "x" && name != "d") return refuse(Errc::malformed_key, name + " in an OKP key");
        if (value.size() != row.size) return refuse(Errc::malformed_key, name + " has the wrong length");
    }
    auto const x = TRY(jwk.number("x"));
    if (!is_good_point(x)) return refuse(Errc::weak_key, "x is not a point of the curve, or one of small order");
    if (purpose == Purpose::verify) {
        auto key = owned<Pkey>(EVP_PKEY_new_raw_public_key_ex(nullptr, row.crv.data(), nullptr, bytes(x), x.size()));
        return std::make_unique<Ed448Key>(row, jwk.kid, std::move(key));
    }

    auto const d   = TRY(jwk.number("d"));
    auto       key = owned<Pkey>(EVP_PKEY_new_raw_private_key_ex(nullptr, row.crv.data(), nullptr, bytes(d), d.size()));
    if (raw_key(*key, EVP_PKEY_get_raw_public_key) != x) return refuse(Errc::malformed_key, "x does not belong to d");
    return std::make_unique<Ed448Key>(row, jwk.kid, std::move(key));
}

Jwk generate_ed448(AlgorithmRow const& row, NewKey const&)
{
    auto const key = owned<Pkey>(EVP_PKEY_Q_keygen(nullptr, nullptr, row.crv.data()));
    Jwk        jwk;
    jwk.kty = row.kty;
    jwk.crv = row.crv;
    jwk.set("x", raw_key(*key, EVP_PKEY_get_raw_public_key));
    jwk.set("d", raw_key(*key, EVP_PKEY_get_raw_private_key));
    return jwk;
}

}  // namespace jose::detail
