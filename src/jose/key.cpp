#include "jose/key.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/result.hpp"
#include "jose/base64url.hpp"
#include "jose/key_material.hpp"
#include "jose/refuse.hpp"
#include "jose/secret_strength.hpp"

namespace jose {
namespace detail {
namespace {

// Which algorithm a key serves is decided here, once (RFC 8725 3.1). A curve
// chooses between the rows of a name, and without "alg" names the first of its own.
Result<AlgorithmRow const*> choose_row(Jwk const& jwk, std::optional<Algorithm> wanted)
{
    if (jwk.alg) {
        auto const* named = find_row(*jwk.alg);
        if (named == nullptr) return refuse(Errc::unsupported_key, "alg " + excerpt(*jwk.alg));
        if (wanted && *wanted != named->id)
            return refuse(Errc::algorithm_mismatch,
                          "the key's alg is " + *jwk.alg + ", wanted " + std::string(name(*wanted)));
        return &row_of(named->id, jwk.crv);
    }
    if (wanted) return &row_of(*wanted, jwk.crv);
    auto const of_curve = [&](AlgorithmRow const& row) {
        return !row.crv.empty() && row.crv == jwk.crv && row.kty == jwk.kty;
    };
    auto const rows  = algorithms();
    auto const first = std::ranges::find_if(rows, of_curve);
    if (first != rows.end()) return &*first;
    return refuse(Errc::unsupported_key, "the key names no alg, and the caller none for it");
}

Result<void> check_use(Jwk const& jwk, Purpose purpose)
{
    if (jwk.use && *jwk.use != "sig") return refuse(Errc::key_not_for_this_use, "use " + excerpt(*jwk.use));
    if (!jwk.key_ops) return {};
    auto ops = *jwk.key_ops;
    std::ranges::sort(ops);
    // RFC 7517 4.3: "Duplicate key operation values MUST NOT be present in the array."
    if (std::ranges::adjacent_find(ops) != ops.end()) return refuse(Errc::malformed_key, "key_ops repeats a value");
    std::string_view const needed = purpose == Purpose::sign ? "sign" : "verify";
    if (!std::ranges::binary_search(ops, needed))
        return refuse(Errc::key_not_for_this_use, "key_ops without " + std::string(needed));
    return {};
}

Result<void> check_private_members(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose)
{
    if (row.is_symmetric) return {};
    if (purpose == Purpose::verify) return check_no_private_members(jwk);
    if (!jwk.has("d")) return refuse(Errc::key_not_for_this_use, "a public key cannot sign");
    return {};
}

// The public JWK of a key, as if it had been parsed.
Jwk public_jwk(KeyMaterial const& key)
{
    Jwk jwk;
    jwk.kid = key.kid;
    jwk.kty = key.row.kty;
    jwk.crv = key.row.crv;
    for (auto const& [name, value] : key.identity())
        if (name != "kty" && name != "crv")
            jwk.numbers.emplace(name, signet::SecretString{base64url::decode(value).value_or("")});
    return jwk;
}

// CHECKS A45. Whether the secret is long enough is for its algorithm to say.
// NB: bytes that nobody types are questioned only before they sign, since a secret
// of zeros is valid in Wycheproof's tests 357 to 377.
Result<void> check_secret(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose)
{
    if (!row.is_symmetric) return {};
    auto const secret = TRY(jwk.number("k"));
    if (secret.size() < row.size || (purpose == Purpose::verify && !is_text(secret))) return {};
    auto const fault = guessable(secret);
    if (!fault.empty()) return refuse(Errc::weak_key, std::string(fault));
    return {};
}

}  // namespace

Result<std::shared_ptr<KeyMaterial const>> finish_signer(std::unique_ptr<KeyMaterial> key)
{
    if (!key->row.is_symmetric) {
        auto half        = TRY(key->row.load(key->row, public_jwk(*key), Purpose::verify));
        key->public_half = std::move(half);
    }
    constexpr std::string_view kProbe   = "A key signs this before it signs anything else.";
    auto const&                verifier = key->public_half ? *key->public_half : *key;
    if (!verifier.verifies(kProbe, key->sign(kProbe)))
        return refuse(Errc::malformed_key, "the private members do not belong to the public ones");
    return std::shared_ptr<KeyMaterial const>(std::move(key));
}

Loaded load_key(Jwk const& jwk, std::optional<Algorithm> algorithm, Purpose purpose)
{
    auto const* row = TRY(choose_row(jwk, algorithm));
    if (jwk.kty != row->kty || jwk.crv != row->crv)
        return refuse(Errc::malformed_key, "a key of kty " + excerpt(jwk.kty) +
                                               (jwk.crv.empty() ? "" : " " + excerpt(jwk.crv)) + " for " +
                                               std::string(row->name));
    TRY(check_kid(jwk.kid));
    TRY(check_use(jwk, purpose));
    TRY(check_private_members(*row, jwk, purpose));
    TRY(check_secret(*row, jwk, purpose));
    return row->load(*row, jwk, purpose);
}

}  // namespace detail

using namespace detail;

Result<VerificationKey> VerificationKey::parse_jwk(std::string_view json, std::optional<Algorithm> algorithm)
{
    return refuse_when_out_of_memory([&]() -> Result<VerificationKey> {
        auto const jwk = TRY(detail::parse_jwk(json));
        auto       key = TRY(load_key(jwk, algorithm, Purpose::verify));
        return KeyAccess::wrap(std::move(key));
    });
}

Algorithm VerificationKey::algorithm() const
{
    return material_->row.id;
}
std::string_view VerificationKey::kid() const
{
    return material_->kid;
}
std::string VerificationKey::thumbprint() const
{
    return thumbprint_of(material_->identity());
}

std::string VerificationKey::thumbprint_uri() const
{
    return "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" + thumbprint();
}

Result<std::string> VerificationKey::to_jwk() const
{
    return refuse_when_out_of_memory([&]() -> Result<std::string> {
        if (material_->row.is_symmetric)
            return refuse(Errc::key_not_for_this_use, "a shared secret has no public form");
        signet::json::Object object;
        for (auto const& [name, value] : material_->identity()) object.set(name, value);
        if (!material_->kid.empty()) object.set("kid", material_->kid);
        return object.set("use", "sig").set("alg", material_->row.name).text();
    });
}

SigningKey::SigningKey(std::shared_ptr<KeyMaterial const> material) : material_(std::move(material)) {}
SigningKey::SigningKey(SigningKey&&) noexcept            = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey()                                = default;

Result<SigningKey> SigningKey::generate(Algorithm algorithm, std::string_view kid)
{
    return generate(algorithm, NewKey{.kid = kid});
}

Result<SigningKey> SigningKey::generate(Algorithm algorithm, NewKey const& wanted)
{
    return refuse_when_out_of_memory([&]() -> Result<SigningKey> {
        TRY(check_kid(wanted.kid));
        if (wanted.rsa_bits < 2048) return refuse(Errc::weak_key, "RSA of fewer than 2048 bits");
        if (wanted.rsa_bits > 4096 || wanted.rsa_bits % 8 != 0)
            return refuse(Errc::unsupported_key, "RSA of more than 4096 bits, or not of whole bytes");
        auto const& row = row_of(algorithm);
        auto        key = TRY(row.load(row, row.generate(row, wanted), Purpose::sign));
        key->kid        = wanted.kid.empty() ? new_kid(row.is_symmetric, key->identity()) : std::string(wanted.kid);
        auto material   = TRY(finish_signer(std::move(key)));
        return SigningKey{std::move(material)};
    });
}

Result<SigningKey> SigningKey::parse_jwk(std::string_view json, std::optional<Algorithm> algorithm)
{
    return refuse_when_out_of_memory([&]() -> Result<SigningKey> {
        auto const jwk      = TRY(detail::parse_jwk(json));
        auto       key      = TRY(load_key(jwk, algorithm, Purpose::sign));
        auto       material = TRY(finish_signer(std::move(key)));
        return SigningKey{std::move(material)};
    });
}

Algorithm SigningKey::algorithm() const
{
    return material_->row.id;
}
std::string_view SigningKey::kid() const
{
    return material_->kid;
}

VerificationKey SigningKey::verification_key() const
{
    return KeyAccess::wrap(material_->public_half ? material_->public_half : material_);
}

std::string SigningKey::reveal_jwk() const
{
    signet::json::Object object;
    for (auto const& [name, value] : material_->identity()) object.set(name, value);
    for (auto const& [name, value] : material_->secrets()) object.set(name, value);
    if (!material_->kid.empty()) object.set("kid", material_->kid);
    return object.set("use", "sig").set("alg", material_->row.name).text();
}

}  // namespace jose
