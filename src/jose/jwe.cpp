// encrypt() and decrypt(): which steps a text goes through, and in what order.
#include "jose/jwe.hpp"

#include <algorithm>

#include "base/result.hpp"
#include "jose/base64url_into.hpp"
#include "jose/jwe_access.hpp"
#include "jose/jwe_content.hpp"
#include "jose/jwe_header.hpp"
#include "jose/jwe_key.hpp"
#include "jose/refuse.hpp"

namespace jose {
namespace {

using namespace detail;

constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // OpenSSL counts in int

// A shared key is a content key only for the encryption it is bound to or fits.
Result<void> check_direct(JweKey const& key, ContentRow const& encryption)
{
    if (key.row.transport != Transport::direct) return {};
    bool const bound_elsewhere = key.encryption != nullptr && key.encryption != &encryption;
    if (!bound_elsewhere && key.secret().size() == encryption.key_bytes) return {};
    return refuse(Errc::algorithm_mismatch, "this key is not for " + std::string(encryption.name));
}

Agreement agreement_of(KeyManagementRow const& row, ContentRow const& encryption, std::string_view apu,
                       std::string_view apv)
{
    // RFC 7518 4.6.2: AlgorithmID is "enc" where the agreed key is used directly, else "alg".
    bool const is_direct = row.wrap_bytes == 0;
    return {.algorithm = is_direct ? encryption.name : row.name,
            .apu       = apu,
            .apv       = apv,
            .bytes     = is_direct ? encryption.key_bytes : row.wrap_bytes};
}

// A content key, and how the recipient comes to it.
struct Outgoing {
    SecretBytes content_key;
    std::string encrypted_key{};
    std::string epk{};  // JSON
};

// What comes of keys made a line above: only memory can be missing.
template <class Maybe>
auto of_our_own(Maybe made)
{
    if (!made) throw std::bad_alloc{};
    return std::move(*made);
}

// RFC 7516 5.1 steps 2 to 6 for ECDH-ES: a new key pair for every text.
Outgoing agree_outgoing(JweKey const& key, ContentRow const& encryption, JweHeaderFields const& fields)
{
    auto const           ephemeral = new_agreement_key(*key.curve);
    auto const           pkey      = of_our_own(load_agreement_key(*key.curve, ephemeral, JwePurpose::decrypt));
    signet::json::Object epk;
    epk.set("kty", ephemeral.kty).set("crv", ephemeral.crv);
    for (auto const* name : {"x", "y"})
        if (ephemeral.has(name)) {
            std::string encoded;
            base64url::append(encoded, ephemeral.numbers.find(name)->second.reveal());
            epk.set(name, encoded);
        }
    // Neither is of small order: both were checked when they were loaded.
    auto agreed = of_our_own(agree(*pkey, *key.pkey, agreement_of(key.row, encryption, fields.apu, fields.apv)));
    if (key.row.wrap_bytes == 0) return {.content_key = std::move(agreed), .epk = epk.text()};
    auto content_key = SecretBytes::random(encryption.key_bytes);
    auto wrapped     = wrap_key(key.row.wrap_cipher, agreed.text(), content_key);
    return {.content_key = std::move(content_key), .encrypted_key = std::move(wrapped), .epk = epk.text()};
}

Outgoing make_outgoing(JweKey const& key, ContentRow const& encryption, JweHeaderFields const& fields)
{
    if (key.row.transport == Transport::direct) return {.content_key = SecretBytes{key.secret()}};
    if (key.row.transport == Transport::agreement) return agree_outgoing(key, encryption, fields);
    auto content_key = SecretBytes::random(encryption.key_bytes);
    auto encrypted   = key.row.transport == Transport::wrap ? wrap_key(key.row.wrap_cipher, key.secret(), content_key)
                                                            : transport_key(*key.pkey, content_key);
    return {.content_key = std::move(content_key), .encrypted_key = std::move(encrypted)};
}

// RFC 7518 4.6.1.1: theirs lies on the curve of ours. Says nothing of ours that
// the public key does not.
Result<Pkey> load_ephemeral(JweKey const& key, Jwk const& epk)
{
    if (epk.kty != key.curve->kty || epk.crv != key.curve->crv)
        return refuse(Errc::malformed_header, "epk is not of the key's curve");
    auto theirs = load_ephemeral_key(*key.curve, epk);
    if (!theirs) return refuse(Errc::malformed_header, "epk: " + theirs.error().detail);
    return std::move(*theirs);
}

// The content key, or a random one in its place: what was wrong shows nowhere
// but in the tag. RFC 7516 11.5.
Result<SecretBytes> recover_content_key(JweKey const& key, JweHeader const& header, std::string_view encrypted_key)
{
    auto const& encryption = *header.encryption;
    auto        random     = SecretBytes::random(encryption.key_bytes);
    if (key.row.transport == Transport::wrap)
        return unwrap_key(key.row.wrap_cipher, key.secret(), encrypted_key, std::move(random));
    if (key.row.transport == Transport::rsa) return receive_key(*key.pkey, encrypted_key, std::move(random));

    // RFC 7516 5.2 steps 10 and 11: no encrypted key where the key is used directly.
    bool const has_none = key.row.wrap_bytes == 0;
    if (has_none && !encrypted_key.empty()) return random;
    if (key.row.transport == Transport::direct) return SecretBytes{key.secret()};

    auto const theirs = TRY(load_ephemeral(key, *header.epk));
    auto       agreed = agree(*key.pkey, *theirs, agreement_of(key.row, encryption, header.apu, header.apv));
    if (!agreed) return refuse(Errc::malformed_header, "epk: x is a point of small order");
    if (has_none) return std::move(*agreed);
    return unwrap_key(key.row.wrap_cipher, agreed->text(), encrypted_key, std::move(random));
}

Result<void> check_policy(JweHeader const& header, JweExpectations const& expected, JweKey const& key)
{
    if (header.row->id != expected.algorithm)
        return refuse(Errc::algorithm_not_allowed, "alg " + std::string(header.row->name));
    if (std::ranges::find(expected.encryptions, header.encryption->id) == expected.encryptions.end())
        return refuse(Errc::encryption_not_allowed, "enc " + std::string(header.encryption->name));
    if (key.row.id != header.row->id)
        return refuse(Errc::algorithm_mismatch, "the key serves " + std::string(key.row.name) + ", the text says " +
                                                    std::string(header.row->name));
    if (!header.kid.empty() && !key.jwk.kid.empty() && header.kid != key.jwk.kid)
        return refuse(Errc::unknown_key, "kid " + excerpt(header.kid));
    return check_direct(key, *header.encryption);
}

std::string header_text(JweKey const& key, ContentRow const& encryption, JweHeaderFields const& fields,
                        std::string const& epk)
{
    signet::json::Object header;
    header.set("alg", key.row.name).set("enc", encryption.name);
    if (!key.jwk.kid.empty()) header.set("kid", key.jwk.kid);
    if (!fields.type.empty()) header.set("typ", fields.type);
    if (!fields.content_type.empty()) header.set("cty", fields.content_type);
    if (!epk.empty()) header.set_raw("epk", epk);
    for (auto const& [name, value] : {std::pair{"apu", fields.apu}, {"apv", fields.apv}}) {
        std::string encoded;
        base64url::append(encoded, value);
        if (!encoded.empty()) header.set(name, encoded);
    }
    return header.text();
}

Result<std::string> encrypt_text(std::string_view plaintext, EncryptionKey const& key, ContentEncryption encryption,
                                 JweHeaderFields const& fields)
{
    auto const& material = JweKeyAccess::of(key);
    auto const& content  = row_of(encryption);
    if (plaintext.size() > kMostBytes) return refuse_size(plaintext.size(), kMostBytes);
    TRY(check_direct(material, content));
    bool const has_parties = !fields.apu.empty() || !fields.apv.empty();
    if (has_parties && material.row.transport != Transport::agreement)
        return refuse(Errc::algorithm_mismatch, "apu or apv without ECDH-ES");

    auto const  outgoing = make_outgoing(material, content, fields);
    std::string out;
    base64url::append(out, header_text(material, content, fields, outgoing.epk));
    // RFC 7516 5.1 step 14: the tag covers the header as it is written.
    auto const sealed = seal_content(content, outgoing.content_key, out, plaintext);
    for (auto const* part : {&outgoing.encrypted_key, &sealed.iv, &sealed.ciphertext, &sealed.tag}) {
        out += '.';
        base64url::append(out, *part);
    }
    return out;
}

Result<Decrypted> decrypt_text(std::string_view compact, DecryptionKey const& key, JwePolicy const& policy)
{
    auto const& expected = policy.expectations();
    auto const& material = JweKeyAccess::of(key);

    auto       parts  = TRY(split_jwe(compact, expected.max_token_bytes));
    auto const header = TRY(read_jwe_header(parts.header));
    TRY(check_policy(header, expected, material));

    auto const content_key = TRY(recover_content_key(material, header, parts.encrypted_key));
    auto       state       = std::make_unique<DecryptedAccess::State>();
    if (!open_content(*header.encryption, content_key, parts.encoded_header,
                      {.iv = parts.iv, .ciphertext = parts.ciphertext, .tag = parts.tag}, state->plaintext))
        return refuse(Errc::decryption_failed, "");
    state->header       = std::move(parts.header);
    state->content_type = header.cty;
    return DecryptedAccess::seal(std::move(state));
}

}  // namespace

Result<JwePolicy> JwePolicy::create(JweExpectations expectations)
{
    return refuse_when_out_of_memory([&]() -> Result<JwePolicy> {
        if (!expectations.algorithm) return refuse(Errc::contradictory_policy, "algorithm is missing");
        if (expectations.encryptions.empty()) return refuse(Errc::contradictory_policy, "no encryption is allowed");
        if (expectations.max_token_bytes == 0 || expectations.max_token_bytes > kMostBytes)
            return refuse(Errc::contradictory_policy, "max_token_bytes is not between 1 and 1 GiB");
        return JwePolicy{std::move(expectations)};
    });
}

Decrypted::Decrypted(std::unique_ptr<State> state) : state_(std::move(state)) {}
Decrypted::Decrypted(Decrypted&&) noexcept            = default;
Decrypted& Decrypted::operator=(Decrypted&&) noexcept = default;
Decrypted::~Decrypted()                               = default;

std::string_view Decrypted::bytes() const
{
    return state_->plaintext;
}
std::string_view Decrypted::header_json() const
{
    return state_->header;
}
std::string_view Decrypted::content_type() const
{
    return state_->content_type;
}

Result<std::string> encrypt(std::string_view plaintext, EncryptionKey const& key, ContentEncryption encryption,
                            JweHeaderFields const& fields)
{
    return refuse_when_out_of_memory([&] { return encrypt_text(plaintext, key, encryption, fields); });
}

Result<Decrypted> decrypt(std::string_view compact, DecryptionKey const& key, JwePolicy const& policy)
{
    return refuse_when_out_of_memory([&] { return decrypt_text(compact, key, policy); });
}

}  // namespace jose
