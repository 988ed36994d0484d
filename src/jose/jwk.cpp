#include "jose/jwk.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/utf8.hpp"
#include "jose/base64url.hpp"
#include "jose/openssl.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

// RFC 7518 6.2 to 6.4, RFC 8037 2.
constexpr std::array<std::string_view, 11> kNumbers{"n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y", "k"};

// RFC 7518 6.1, RFC 8037 2.
constexpr std::array<std::string_view, 4> kKinds{"EC", "RSA", "OKP", "oct"};

Result<std::optional<std::string>> read_string(signet::json::Value const& object, std::string_view name)
{
    auto const value = object.find(name);
    if (!value) return std::nullopt;
    auto const text = value->string();
    if (!text) return refuse(Errc::malformed_key, std::string(name) + " is not a string");
    return std::string(*text);
}

Result<std::optional<std::vector<std::string>>> read_key_ops(signet::json::Value const& object)
{
    auto const value = object.find("key_ops");
    if (!value) return std::nullopt;
    std::vector<std::string> out;
    bool const all_strings = value->kind() == signet::json::Kind::array && value->for_each_item([&](auto const& item) {
        if (auto const text = item.string()) out.emplace_back(*text);
        return item.string().has_value();
    });
    if (!all_strings) return refuse(Errc::malformed_key, "key_ops is not an array of strings");
    return out;
}

Result<signet::SecretString> decode(std::string_view name, signet::json::Value const& value)
{
    auto const text    = value.string();
    auto       decoded = text ? base64url::decode(*text) : std::nullopt;
    if (!decoded) return refuse(Errc::malformed_key, std::string(name) + " is not base64url");
    signet::SecretString secret{*decoded};
    OPENSSL_cleanse(decoded->data(), decoded->size());
    return secret;
}

}  // namespace

void Jwk::set(std::string_view name, std::string&& bytes)
{
    numbers.emplace(name, signet::SecretString{bytes});
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

Result<std::string_view> Jwk::number(std::string_view name) const
{
    auto const found = numbers.find(name);
    if (found == numbers.end()) return refuse(Errc::malformed_key, std::string(name) + " is missing");
    return found->second.reveal();
}

Members::~Members()
{
    for (auto& [name, value] : list_) OPENSSL_cleanse(value.data(), value.size());
}

std::string thumbprint_of(Members const& members)
{
    signet::json::Object object;
    for (auto const& [name, value] : members) object.set(name, value);
    auto                                      text = object.text();
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash;
    unsigned                                  size = 0;
    int const done = EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr);
    OPENSSL_cleanse(text.data(), text.size());
    must(done);
    return base64url::encode(std::span{hash.data(), size});
}

Result<void> check_no_private_members(Jwk const& jwk)
{
    for (auto const* name : {"d", "p", "q", "dp", "dq", "qi"})
        if (jwk.has(name)) return refuse(Errc::key_not_for_this_use, "a private key where a public one is wanted");
    return {};
}

Result<void> check_kid(std::string_view kid)
{
    if (kid.size() > kLongestKid) return refuse(Errc::malformed_key, "kid is longer than 128 bytes");
    if (!signet::utf8::is_valid(kid)) return refuse(Errc::malformed_key, "kid is not UTF-8");
    return {};
}

std::string new_kid(bool is_shared, Members const& identity)
{
    if (!is_shared) return thumbprint_of(identity);
    std::array<std::uint8_t, 32> id;
    signet::SystemRandom{}.fill(id);
    return base64url::encode(id);
}

Result<Jwk> parse_jwk(std::string_view json)
{
    signet::json::SecretDocument document;
    auto const                   object = document.parse_object(json, {.depth = 8, .members = 64});
    if (!object) return refuse(Errc::malformed_key, std::string(signet::json::name(object.error())));
    return read_jwk(*object);
}

Result<Jwk> read_jwk(signet::json::Value const& object)
{
    Jwk  jwk;
    auto kty = TRY(read_string(object, "kty"));
    if (!kty) return refuse(Errc::malformed_key, "kty is missing");
    auto crv    = TRY(read_string(object, "crv"));
    auto kid    = TRY(read_string(object, "kid"));
    jwk.kty     = std::move(*kty);
    jwk.crv     = std::move(crv).value_or("");
    jwk.kid     = std::move(kid).value_or("");
    auto alg    = TRY(read_string(object, "alg"));
    auto use    = TRY(read_string(object, "use"));
    auto ops    = TRY(read_key_ops(object));
    jwk.alg     = std::move(alg);
    jwk.use     = std::move(use);
    jwk.key_ops = std::move(ops);
    TRY(check_kid(jwk.kid));

    if (std::ranges::find(kKinds, jwk.kty) == kKinds.end()) return jwk;
    // RFC 7518 6.3.2.7: more than two primes. Nobody needs them.
    if (object.find("oth")) return refuse(Errc::unsupported_key, "oth");
    for (auto const name : kNumbers) {
        auto const value = object.find(name);
        if (!value) continue;
        auto number = TRY(decode(name, *value));
        jwk.numbers.emplace(name, std::move(number));
    }
    return jwk;
}

}  // namespace jose::detail
