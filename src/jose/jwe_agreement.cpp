// Elliptic curve Diffie-Hellman, and the key that comes of it. RFC 7518 4.6, RFC 8037 3.2.
#include <openssl/ec.h>

#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "jose/jwe_key.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

bool is_edwards_sister(CurveRow const& curve)
{
    return curve.kty == "OKP";
}

// RFC 7518 4.6.2: 32 bits of length, then the data.
void append_data(std::string& out, std::string_view data)
{
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((data.size() >> shift) & 0xFF);
    out += data;
}

// NIST SP 800-56A 5.8.1 with SHA-256. NB: OpenSSL has it too, as SSKDF, which up to
// 3.0 at least writes to address zero when memory is out.
SecretBytes concat_kdf(SecretBytes const& secret, std::string_view info, std::size_t wanted)
{
    constexpr std::size_t kHash  = 32;
    auto const            digest = fetch_digest("SHA256");
    auto const            state  = owned<DigestState>(EVP_MD_CTX_new());
    SecretBytes           out{wanted};
    SecretBytes           hash{kHash};
    for (std::size_t done = 0; done < wanted; done += kHash) {
        std::array<unsigned char, 4> const counter{0, 0, 0, static_cast<unsigned char>(done / kHash + 1)};
        must(EVP_DigestInit_ex2(state.get(), digest.get(), nullptr) == 1 &&
             EVP_DigestUpdate(state.get(), counter.data(), counter.size()) == 1 &&
             EVP_DigestUpdate(state.get(), secret.data(), secret.size()) == 1 &&
             EVP_DigestUpdate(state.get(), info.data(), info.size()) == 1 &&
             EVP_DigestFinal_ex(state.get(), hash.data(), nullptr) == 1);
        std::copy_n(hash.data(), std::min(kHash, wanted - done), out.data() + done);
    }
    return out;
}

std::optional<SecretBytes> shared_secret(EVP_PKEY& ours, EVP_PKEY& theirs)
{
    forget_errors();
    auto const  context = owned<PkeyContext>(EVP_PKEY_CTX_new(&ours, nullptr));
    SecretBytes room{66};
    std::size_t size = room.size();
    // OpenSSL checks their point against the curve once more, and gives no secret
    // for one of small order.
    bool const  good = EVP_PKEY_derive_init(context.get()) == 1 &&
                      EVP_PKEY_derive_set_peer(context.get(), &theirs) == 1 &&
                      EVP_PKEY_derive(context.get(), room.data(), &size) == 1;
    if (!good) settle_errors();
    if (!good) return std::nullopt;
    return SecretBytes{room.text().substr(0, size)};
}

Result<Pkey> read_okp_public(CurveRow const& curve, Jwk const& jwk)
{
    auto const x = TRY(jwk.number("x"));
    return owned<Pkey>(EVP_PKEY_new_raw_public_key_ex(nullptr, curve.openssl, nullptr, bytes(x), x.size()));
}

Result<Pkey> load_okp(CurveRow const& curve, Jwk const& jwk, JwePurpose purpose)
{
    auto       theirs = TRY(read_okp_public(curve, jwk));
    // RFC 7748 6.1: a point of small order agrees with everybody on zero.
    auto const probe  = owned<Pkey>(EVP_PKEY_Q_keygen(nullptr, nullptr, curve.openssl));
    if (!shared_secret(*probe, *theirs)) return refuse(Errc::weak_key, "x is a point of small order");
    if (purpose == JwePurpose::encrypt) return theirs;

    auto const d    = TRY(jwk.number("d"));
    auto       ours = owned<Pkey>(EVP_PKEY_new_raw_private_key_ex(nullptr, curve.openssl, nullptr, bytes(d), d.size()));
    if (EVP_PKEY_eq(ours.get(), theirs.get()) == 1) return ours;
    settle_errors();
    return refuse(Errc::malformed_key, "x does not belong to d");
}

Result<void> check_members(CurveRow const& curve, Jwk const& jwk)
{
    for (auto const& [name, value] : jwk.numbers) {
        bool const known = name == "x" || name == "d" || (name == "y" && !is_edwards_sister(curve));
        if (!known) return refuse(Errc::malformed_key, name + " in a key of this curve");
        // RFC 7518 6.2.1.2: "The length of this octet string MUST be the full size of a coordinate".
        if (value.size() != curve.bytes) return refuse(Errc::malformed_key, name + " has the wrong length");
    }
    return {};
}

}  // namespace

Result<Pkey> load_agreement_key(CurveRow const& curve, Jwk const& jwk, JwePurpose purpose)
{
    TRY(check_members(curve, jwk));
    forget_errors();
    return is_edwards_sister(curve) ? load_okp(curve, jwk, purpose) : make_ec(curve.openssl, jwk, half_for(purpose));
}

Result<Pkey> load_ephemeral_key(CurveRow const& curve, Jwk const& jwk)
{
    TRY(check_members(curve, jwk));
    forget_errors();
    return is_edwards_sister(curve) ? read_okp_public(curve, jwk) : make_ec(curve.openssl, jwk, Half::public_half);
}

Jwk new_agreement_key(CurveRow const& curve)
{
    Jwk jwk;
    jwk.kty = curve.kty;
    jwk.crv = curve.crv;
    if (!is_edwards_sister(curve)) {
        auto const key = owned<Pkey>(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve.openssl));
        must(read_ec(jwk, *key, curve.bytes, Half::private_half));
        return jwk;
    }
    auto const  key = owned<Pkey>(EVP_PKEY_Q_keygen(nullptr, nullptr, curve.openssl));
    SecretBytes x{curve.bytes};
    SecretBytes d{curve.bytes};
    std::size_t size = curve.bytes;
    must(EVP_PKEY_get_raw_public_key(key.get(), x.data(), &size));
    must(EVP_PKEY_get_raw_private_key(key.get(), d.data(), &size));
    jwk.numbers.emplace("x", signet::SecretString{x.text()});
    jwk.numbers.emplace("d", signet::SecretString{d.text()});
    return jwk;
}

std::optional<SecretBytes> agree(EVP_PKEY& ours, EVP_PKEY& theirs, Agreement const& agreement)
{
    auto const secret = shared_secret(ours, theirs);
    if (!secret) return std::nullopt;

    // RFC 7518 4.6.2: AlgorithmID, PartyUInfo, PartyVInfo, SuppPubInfo; no SuppPrivInfo.
    std::string info;
    append_data(info, agreement.algorithm);
    append_data(info, agreement.apu);
    append_data(info, agreement.apv);
    for (int shift = 24; shift >= 0; shift -= 8) info += static_cast<char>((agreement.bytes * 8 >> shift) & 0xFF);

    return concat_kdf(*secret, info, agreement.bytes);
}

}  // namespace jose::detail
