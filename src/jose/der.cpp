#include "jose/der.hpp"

#include <openssl/x509.h>
#include <strings.h>

#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "jose/pkey_numbers.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

constexpr std::size_t kLongestDer = 16 * 1024;

using Pkcs8       = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<PKCS8_PRIV_KEY_INFO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Encrypted   = std::unique_ptr<X509_SIG, Freed<X509_SIG_free>>;

// What `parse` makes of all the bytes; nullptr when it refuses or leaves some.
template <class Parse>
auto parse_whole(std::string_view der, Parse const& parse)
{
    auto const* at     = bytes(der);
    auto const* end    = at + der.size();
    auto        object = parse(&at, static_cast<long>(der.size()));
    if (!object) settle_errors();
    forget_errors();  // of the forms that were tried and did not fit
    if (at != end) object.reset();
    return object;
}

using Read = Pkey (*)(unsigned char const** at, long size);

Pkey read_spki(unsigned char const** at, long size)
{
    return Pkey{d2i_PUBKEY(nullptr, at, size)};
}
Pkey read_rsa_public(unsigned char const** at, long size)
{
    return Pkey{d2i_PublicKey(EVP_PKEY_RSA, nullptr, at, size)};
}
Pkey read_pkcs8(unsigned char const** at, long size)
{
    Pkcs8 const info{d2i_PKCS8_PRIV_KEY_INFO(nullptr, at, size)};
    return Pkey{info ? EVP_PKCS82PKEY(info.get()) : nullptr};
}
Pkey read_rsa_private(unsigned char const** at, long size)
{
    return Pkey{d2i_PrivateKey(EVP_PKEY_RSA, nullptr, at, size)};
}
Pkey read_sec1(unsigned char const** at, long size)
{
    return Pkey{d2i_PrivateKey(EVP_PKEY_EC, nullptr, at, size)};
}

constexpr std::array kPublicForms{&read_spki, &read_rsa_public};
constexpr std::array kPrivateForms{&read_pkcs8, &read_rsa_private, &read_sec1};

Pkey read_any(std::string_view der, std::span<Read const> forms)
{
    for (auto const form : forms)
        if (auto key = parse_whole(der, form)) return key;
    return nullptr;
}

Certificate read_certificate(unsigned char const** at, long size)
{
    return Certificate{d2i_X509(nullptr, at, size)};
}

std::span<Read const> forms_for(Purpose purpose)
{
    if (purpose == Purpose::sign) return kPrivateForms;
    return kPublicForms;
}

// What stands at the head of a value: X.690 8.1.2 and 8.1.3.
struct Head {
    int                        type;     // of V_ASN1_…, when the value is universal, else -1
    std::size_t                size;     // of the head itself
    std::optional<std::size_t> content;  // bytes; nullopt: up to its end mark, which BER allows and DER does not
};

std::optional<Head> read_head(std::string_view der)
{
    auto const* at    = bytes(der);
    long        size  = 0;
    int         type  = 0;
    int         kind  = 0;
    int const   form  = ASN1_get_object(&at, &size, &type, &kind, static_cast<long>(der.size()));
    bool const  given = (form & 1) == 0;
    if ((form & 0x80) != 0) return std::nullopt;
    return Head{.type    = kind == V_ASN1_UNIVERSAL ? type : -1,
                .size    = static_cast<std::size_t>(at - bytes(der)),
                .content = given ? std::optional{static_cast<std::size_t>(size)} : std::nullopt};
}

// How many bytes stand before the end mark of a value whose length is not given.
std::optional<std::size_t> bytes_before_mark(std::string_view content)
{
    std::size_t open = 1;
    for (std::size_t at = 0; at < content.size();) {
        auto const head = read_head(content.substr(at));
        if (!head) return std::nullopt;
        if (head->type == V_ASN1_EOC && --open == 0) return at;
        if (!head->content) ++open;
        at += head->size + head->content.value_or(0);
    }
    return std::nullopt;
}

// What the value holds with which the bytes begin, if it is of this type and whole;
// they go on behind it. Takes no memory.
std::optional<std::string_view> take(std::string_view& der, int type)
{
    auto const head = read_head(der);
    if (!head || head->type != type) return std::nullopt;
    auto const inside = der.substr(head->size);
    auto const size   = head->content ? head->content : bytes_before_mark(inside);
    if (!size) return std::nullopt;
    constexpr std::size_t kMark = 2;
    der                         = inside.substr(*size + (head->content ? 0 : kMark));
    return inside.substr(0, *size);
}

// Public keys and documents by what their SEQUENCE holds. NB: not by OpenSSL's decoders,
// which find no key when memory is out, too, nor one of a kind they do not know.

// RFC 8017 A.1.1: RSAPublicKey.
bool is_rsa_public(std::string_view content)
{
    return take(content, V_ASN1_INTEGER) && take(content, V_ASN1_INTEGER) && content.empty();
}
// RFC 5280 4.1.2.7: SubjectPublicKeyInfo.
bool is_spki(std::string_view content)
{
    auto algorithm = take(content, V_ASN1_SEQUENCE).value_or("");
    return take(algorithm, V_ASN1_OBJECT) && take(content, V_ASN1_BIT_STRING);
}
// RFC 5280 4.1: a certificate, or another public document of that form.
bool is_signed(std::string_view content)
{
    return take(content, V_ASN1_SEQUENCE) && is_spki(content);
}

// Why bytes that are no key of the wanted half are refused.
std::unexpected<Error> explain(std::string_view der, Purpose purpose)
{
    if (purpose == Purpose::verify && read_any(der, kPrivateForms))
        return refuse(Errc::key_not_for_this_use, "a private key where a public one is wanted");
    if (purpose == Purpose::sign && read_any(der, kPublicForms))
        return refuse(Errc::key_not_for_this_use, "a public key cannot sign");
    if (parse_whole(der, read_certificate))
        return refuse(Errc::unsupported_key, "an X.509 certificate; give the public key in it");
    auto const encrypted = [](auto at, long size) { return Encrypted{d2i_X509_SIG(nullptr, at, size)}; };
    if (purpose == Purpose::sign && parse_whole(der, encrypted))
        return refuse(Errc::unsupported_key, "an encrypted private key; decrypt it first");
    return refuse(Errc::malformed_key, "not the DER of a key, or more than that");
}

// NB: not EVP_PKEY_is_a(), which says no when memory is out, too.
bool is_a(EVP_PKEY const& key, char const* type)
{
    return strcasecmp(EVP_PKEY_get0_type_name(&key), type) == 0;
}

std::string text_of(EVP_PKEY const& key, char const* parameter)
{
    std::array<char, 64> text{};
    bool const found = EVP_PKEY_get_utf8_string_param(&key, parameter, text.data(), text.size(), nullptr) == 1;
    if (!found) settle_errors();
    return found ? std::string{text.data()} : std::string{};
}

bool is_digest(std::string const& name, AlgorithmRow const& row)
{
    if (name.empty()) return false;  // RFC 4055 3.1: absent means SHA-1
    auto const digest = Digest{EVP_MD_fetch(nullptr, name.c_str(), nullptr)};
    if (!digest) settle_errors();
    return digest && EVP_MD_is_a(digest.get(), row.digest) == 1;
}

// RFC 4055 1.2: a key under id-RSASSA-PSS is for PSS alone and, when it has
// parameters, for these only; its salt length is the least one.
Result<void> check_restriction(EVP_PKEY const& key, AlgorithmRow const& row)
{
    if (row.padding != Padding::pss)
        return refuse(Errc::algorithm_mismatch, "a key for RSASSA-PSS only, wanted for " + std::string(row.name));
    // NB: a lack of memory is not "no parameters".
    int        least = 0;
    OSSL_PARAM asked[]{OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_RSA_PSS_SALTLEN, &least), OSSL_PARAM_construct_end()};
    must(EVP_PKEY_get_params(&key, asked));
    bool const restricted = OSSL_PARAM_modified(&asked[0]) == 1;
    if (!restricted) return {};
    auto const mgf1_digest = text_of(key, OSSL_PKEY_PARAM_RSA_MGF1_DIGEST);
    if (is_digest(text_of(key, OSSL_PKEY_PARAM_RSA_DIGEST), row) && is_digest(mgf1_digest, row) &&
        std::cmp_less_equal(least, row.size))
        return {};
    return refuse(Errc::algorithm_mismatch, "the key's PSS parameters are not those of " + std::string(row.name));
}

Result<Jwk> to_rsa_jwk(EVP_PKEY const& key, AlgorithmRow const& wanted, Purpose purpose)
{
    if (is_a(key, "RSA-PSS")) TRY(check_restriction(key, wanted));
    Jwk jwk;
    jwk.kty = "RSA";
    if (!read_rsa(jwk, key, half_for(purpose)))
        return refuse(Errc::malformed_key, "an RSA key without some of its members");
    return jwk;
}

// A curve given by its numbers instead of its name could be any curve
// (CVE-2020-0601).
Result<Jwk> to_ec_jwk(EVP_PKEY const& key, Purpose purpose)
{
    auto const        group = text_of(key, OSSL_PKEY_PARAM_GROUP_NAME);
    auto const        rows  = algorithms();
    auto const        row   = std::ranges::find_if(rows, [&](auto const& r) { return r.group && r.group == group; });
    int               spelled_out = 0;
    auto const* const kParameter  = OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS;
    must(EVP_PKEY_get_int_param(&key, kParameter, &spelled_out));
    if (row == rows.end() || spelled_out != 0) return refuse(Errc::unsupported_key, "the curve " + excerpt(group));
    Jwk jwk;
    jwk.kty = row->kty;
    jwk.crv = row->crv;
    if (!read_ec(jwk, key, row->size, half_for(purpose)))
        return refuse(Errc::malformed_key, "an EC key without its numbers");
    return jwk;
}

Result<Jwk> to_okp_jwk(EVP_PKEY const& key, AlgorithmRow const& row, Purpose purpose)
{
    Jwk jwk;
    jwk.kty        = row.kty;
    jwk.crv        = row.crv;
    auto const add = [&](char const* name, auto get) {
        std::string raw(row.size, '\0');
        std::size_t size = raw.size();
        bool const  good = get(&key, bytes(raw), &size) == 1 && size == raw.size();
        jwk.set(name, std::move(raw));
        return good;
    };
    if (add("x", EVP_PKEY_get_raw_public_key) && (purpose == Purpose::verify || add("d", EVP_PKEY_get_raw_private_key)))
        return jwk;
    return refuse(Errc::malformed_key, "an Edwards key without its numbers");
}

Result<Jwk> to_jwk(EVP_PKEY const& key, AlgorithmRow const& wanted, Purpose purpose)
{
    if (is_a(key, "RSA") || is_a(key, "RSA-PSS")) return to_rsa_jwk(key, wanted, purpose);
    if (is_a(key, "EC")) return to_ec_jwk(key, purpose);
    for (auto const& row : algorithms())
        if (is_a(key, row.crv.data())) return to_okp_jwk(key, row, purpose);
    return refuse(Errc::unsupported_key, "a key of a kind that is not served");
}

// The DER of a key that is whole: only memory can be missing.
template <class Object, class Encode>
std::string encoded(Object const& object, Encode const& encode)
{
    int const size = encode(&object, nullptr);
    if (size <= 0) throw std::bad_alloc{};
    std::string out(static_cast<std::size_t>(size), '\0');
    auto*       at = bytes(out);
    if (encode(&object, &at) == size) return out;
    OPENSSL_cleanse(out.data(), out.size());
    throw std::bad_alloc{};
}

}  // namespace

Result<Jwk> read_der(std::string_view der, Algorithm algorithm, Purpose purpose)
{
    auto const& row = row_of(algorithm);
    if (row.is_symmetric) return refuse(Errc::key_not_for_this_use, "a shared secret is never PEM or DER");
    if (der.size() > kLongestDer) return refuse(Errc::malformed_key, "a key of more than 16 KiB");
    forget_errors();
    auto const key = read_any(der, forms_for(purpose));
    if (!key) return explain(der, purpose);
    return to_jwk(*key, row, purpose);
}

bool begins_with_public_der(std::string_view text)
{
    auto const content = take(text, V_ASN1_SEQUENCE).value_or("");
    bool const found   = is_rsa_public(content) || is_spki(content) || is_signed(content);
    forget_errors();
    return found;
}

std::string spki_of(EVP_PKEY const& key)
{
    return encoded(key, i2d_PUBKEY);
}

std::string pkcs8_of(EVP_PKEY const& key)
{
    auto const info = owned<Pkcs8>(EVP_PKEY2PKCS8(&key));
    return encoded(*info, i2d_PKCS8_PRIV_KEY_INFO);
}

std::string okp_public_der(AlgorithmRow const& row, std::string_view raw)
{
    return spki_of(
        *owned<Pkey>(EVP_PKEY_new_raw_public_key_ex(nullptr, row.crv.data(), nullptr, bytes(raw), raw.size())));
}

std::string okp_private_der(AlgorithmRow const& row, std::string_view raw)
{
    return pkcs8_of(
        *owned<Pkey>(EVP_PKEY_new_raw_private_key_ex(nullptr, row.crv.data(), nullptr, bytes(raw), raw.size())));
}

}  // namespace jose::detail
