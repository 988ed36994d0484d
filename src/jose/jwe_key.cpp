#include "jose/jwe_key.hpp"

#include <algorithm>

#include "base/result.hpp"
#include "jose/base64url.hpp"
#include "jose/refuse.hpp"

namespace jose {
namespace detail {
namespace {

// The one algorithm a key serves, and for "dir" the one encryption if it names it.
struct Binding {
    KeyManagementRow const* row;
    ContentRow const*       encryption;
};

Result<Binding> choose_binding(Jwk const& jwk, std::optional<KeyManagement> wanted)
{
    if (!jwk.alg && !wanted) return refuse(Errc::unsupported_key, "the key names no alg, and the caller none for it");
    if (!jwk.alg) return Binding{&row_of(*wanted), nullptr};

    // RFC 7520 5.6: a key for direct use carries the name of its encryption.
    auto const* encryption = find_content_row(*jwk.alg);
    auto const* row        = encryption != nullptr ? &row_of(KeyManagement::dir) : find_key_management_row(*jwk.alg);
    if (row == nullptr) return refuse(Errc::unsupported_key, "alg " + excerpt(*jwk.alg));
    if (wanted && *wanted != row->id)
        return refuse(Errc::algorithm_mismatch,
                      "the key's alg is " + *jwk.alg + ", wanted " + std::string(name(*wanted)));
    return Binding{row, encryption};
}

Result<void> check_use(KeyManagementRow const& row, Jwk const& jwk, JwePurpose purpose)
{
    if (jwk.use && *jwk.use != "enc") return refuse(Errc::key_not_for_this_use, "use " + excerpt(*jwk.use));
    if (!jwk.key_ops) return {};
    auto ops = *jwk.key_ops;
    std::ranges::sort(ops);
    // RFC 7517 4.3: "Duplicate key operation values MUST NOT be present in the array."
    if (std::ranges::adjacent_find(ops) != ops.end()) return refuse(Errc::malformed_key, "key_ops repeats a value");
    // NB: a public key of an agreement derives nothing by itself; WebCrypto writes [].
    if (ops.empty() && row.transport == Transport::agreement && purpose == JwePurpose::encrypt) return {};
    auto const& needed = purpose == JwePurpose::encrypt ? row.encrypt_ops : row.decrypt_ops;
    if (std::ranges::none_of(needed, [&](auto const& op) { return std::ranges::binary_search(ops, op); }))
        return refuse(Errc::key_not_for_this_use, "key_ops without " + std::string(needed.front()));
    return {};
}

Result<void> check_private_members(Jwk const& jwk, JwePurpose purpose)
{
    if (purpose == JwePurpose::encrypt) return check_no_private_members(jwk);
    if (!jwk.has("d")) return refuse(Errc::key_not_for_this_use, "a public key cannot decrypt");
    return {};
}

// Sizes are exact: AES knows no others, and of a key cut short nothing is said but that it is weak.
Result<void> check_shared(Binding const& binding, Jwk const& jwk)
{
    for (auto const& [name, value] : jwk.numbers)
        if (name != "k") return refuse(Errc::malformed_key, name + " in a shared key");
    auto const  k      = TRY(jwk.number("k"));
    std::size_t wanted = binding.row->wrap_bytes;
    if (binding.encryption != nullptr) wanted = binding.encryption->key_bytes;
    bool const fits = wanted != 0 ? k.size() == wanted : is_content_key_size(k.size());
    if (fits) return {};
    auto const least = wanted != 0 ? wanted : 16;
    return refuse(k.size() < least ? Errc::weak_key : Errc::malformed_key,
                  "a shared key of " + std::to_string(k.size()) + " bytes for " + std::string(binding.row->name));
}

Jwk public_part(Jwk const& jwk)
{
    Jwk out;
    out.kty = jwk.kty;
    out.crv = jwk.crv;
    out.kid = jwk.kid;
    for (auto const* name : {"e", "n", "x", "y"})
        if (jwk.has(name)) out.numbers.emplace(name, signet::SecretString{jwk.numbers.find(name)->second.reveal()});
    return out;
}

Result<void> load_asymmetric(JweKey& key, JwePurpose purpose)
{
    TRY(check_private_members(key.jwk, purpose));
    if (key.row.transport == Transport::rsa) {
        if (!key.jwk.crv.empty()) return refuse(Errc::malformed_key, "crv in an RSA key");
        auto pkey = TRY(load_transport_key(key.jwk, purpose));
        key.pkey  = std::move(pkey);
        return {};
    }
    auto pkey = TRY(load_agreement_key(*key.curve, key.jwk, purpose));
    key.pkey  = std::move(pkey);
    return {};
}

// RFC 7638 3.2: the public members and those a kind needs, in the order of their names.
Members identity_of(Jwk const& jwk)
{
    Members out;
    if (!jwk.crv.empty()) out.add("crv", jwk.crv);
    for (auto const* name : {"e", "k", "kty", "n", "x", "y"}) {
        if (name == std::string_view{"kty"}) out.add(name, jwk.kty);
        if (jwk.has(name)) out.add(name, base64url::encode(jwk.numbers.find(name)->second.reveal()));
    }
    return out;
}

std::string text_of(JweKey const& key)
{
    auto const& jwk = key.jwk;
    Members     numbers;
    for (auto const& [name, value] : jwk.numbers) numbers.add(name, base64url::encode(value.reveal()));
    signet::json::Object object;
    object.set("kty", jwk.kty);
    if (!jwk.crv.empty()) object.set("crv", jwk.crv);
    for (auto const& [name, value] : numbers) object.set(name, value);
    if (!jwk.kid.empty()) object.set("kid", jwk.kid);
    return object.set("use", "enc").set("alg", key.encryption != nullptr ? key.encryption->name : key.row.name).text();
}

}  // namespace

Result<std::shared_ptr<JweKey>> load_jwe_key(Jwk jwk, std::optional<KeyManagement> algorithm, JwePurpose purpose)
{
    auto const  binding = TRY(choose_binding(jwk, algorithm));
    auto const& row     = *binding.row;
    auto const* curve   = row.transport == Transport::agreement ? find_curve(jwk.crv) : nullptr;
    if (row.transport == Transport::agreement && curve == nullptr)
        return refuse(Errc::unsupported_key, "crv " + excerpt(jwk.crv));
    if (jwk.kty != (curve != nullptr ? curve->kty : row.kty))
        return refuse(Errc::malformed_key, "a key of kty " + excerpt(jwk.kty) + " for " + std::string(row.name));
    TRY(check_use(row, jwk, purpose));

    auto key        = std::make_shared<JweKey>(row, std::move(jwk));
    key->encryption = binding.encryption;
    key->curve      = curve;
    if (row.kty == "oct") {
        TRY(check_shared(binding, key->jwk));
        return key;
    }
    TRY(load_asymmetric(*key, purpose));
    if (purpose == JwePurpose::encrypt) return key;

    auto half        = TRY(load_jwe_key(public_part(key->jwk), row.id, JwePurpose::encrypt));
    key->public_half = std::move(half);
    return key;
}

}  // namespace detail

using namespace detail;

namespace {

Result<Jwk> new_jwk(KeyManagementRow const& row, NewDecryptionKey const& choices)
{
    bool const is_direct = row.transport == Transport::direct;
    if (choices.encryption.has_value() != is_direct)
        return refuse(Errc::unsupported_key, "an encryption is named for dir, and for dir only");
    if (choices.curve.empty() == (row.transport == Transport::agreement))
        return refuse(Errc::unsupported_key, "a curve is named for ECDH-ES, and for ECDH-ES only");
    if (row.transport == Transport::rsa) return new_transport_key();
    if (row.transport == Transport::agreement) {
        auto const* curve = find_curve(choices.curve);
        if (curve == nullptr) return refuse(Errc::unsupported_key, "crv " + excerpt(choices.curve));
        return new_agreement_key(*curve);
    }
    Jwk jwk;
    jwk.kty = row.kty;
    if (is_direct) jwk.alg = row_of(*choices.encryption).name;
    auto const secret = SecretBytes::random(is_direct ? row_of(*choices.encryption).key_bytes : row.wrap_bytes);
    jwk.numbers.emplace("k", signet::SecretString{secret.text()});
    return jwk;
}

}  // namespace

Result<EncryptionKey> EncryptionKey::parse_jwk(std::string_view json, std::optional<KeyManagement> algorithm)
{
    return refuse_when_out_of_memory([&]() -> Result<EncryptionKey> {
        auto jwk = TRY(detail::parse_jwk(json));
        auto key = TRY(load_jwe_key(std::move(jwk), algorithm, JwePurpose::encrypt));
        return JweKeyAccess::wrap(std::move(key));
    });
}

KeyManagement EncryptionKey::algorithm() const
{
    return key_->row.id;
}
std::string_view EncryptionKey::kid() const
{
    return key_->jwk.kid;
}
std::string EncryptionKey::thumbprint() const
{
    return thumbprint_of(identity_of(key_->jwk));
}

Result<std::string> EncryptionKey::to_jwk() const
{
    return refuse_when_out_of_memory([&]() -> Result<std::string> {
        if (!key_->pkey) return refuse(Errc::key_not_for_this_use, "a shared secret has no public form");
        return text_of(*key_);
    });
}

DecryptionKey::DecryptionKey(std::shared_ptr<JweKey const> key) : key_(std::move(key)) {}
DecryptionKey::DecryptionKey(DecryptionKey&&) noexcept            = default;
DecryptionKey& DecryptionKey::operator=(DecryptionKey&&) noexcept = default;
DecryptionKey::~DecryptionKey()                                   = default;

Result<DecryptionKey> DecryptionKey::generate(KeyManagement algorithm, NewDecryptionKey const& choices)
{
    return refuse_when_out_of_memory([&]() -> Result<DecryptionKey> {
        TRY(check_kid(choices.kid));
        auto jwk = TRY(new_jwk(row_of(algorithm), choices));
        jwk.kid  = choices.kid.empty() ? new_kid(jwk.kty == "oct", identity_of(jwk)) : std::string(choices.kid);
        auto key = TRY(load_jwe_key(std::move(jwk), algorithm, JwePurpose::decrypt));
        return DecryptionKey{std::move(key)};
    });
}

Result<DecryptionKey> DecryptionKey::parse_jwk(std::string_view json, std::optional<KeyManagement> algorithm)
{
    return refuse_when_out_of_memory([&]() -> Result<DecryptionKey> {
        auto jwk = TRY(detail::parse_jwk(json));
        auto key = TRY(load_jwe_key(std::move(jwk), algorithm, JwePurpose::decrypt));
        return DecryptionKey{std::move(key)};
    });
}

KeyManagement DecryptionKey::algorithm() const
{
    return key_->row.id;
}
std::string_view DecryptionKey::kid() const
{
    return key_->jwk.kid;
}
EncryptionKey DecryptionKey::encryption_key() const
{
    return JweKeyAccess::wrap(key_->public_half ? key_->public_half : key_);
}
std::string DecryptionKey::reveal_jwk() const
{
    return text_of(*key_);
}

}  // namespace jose
