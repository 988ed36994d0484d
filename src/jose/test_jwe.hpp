// jose/test_jwe.hpp - encryption keys and crafted texts for the tests of this folder.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "jose/base64url.hpp"
#include "jose/jwe.hpp"
#include "jose/jwe_content.hpp"
#include "jose/test_tokens.hpp"

namespace jose::test {

inline constexpr std::array kAllEncryptions{ContentEncryption::a128gcm, ContentEncryption::a256gcm,
                                            ContentEncryption::a128cbc_hs256, ContentEncryption::a256cbc_hs512};

// An algorithm with one of the shapes its keys may have.
struct KeyKind {
    KeyManagement                    algorithm;
    std::string_view                 curve{};
    std::optional<ContentEncryption> encryption{};

    auto operator<=>(KeyKind const&) const = default;
};

inline std::vector<KeyKind> all_kinds()
{
    using enum KeyManagement;
    std::vector<KeyKind> out{{a128kw}, {a256kw}, {rsa_oaep_256}};
    for (auto const encryption : kAllEncryptions) out.push_back({.algorithm = dir, .encryption = encryption});
    for (auto const algorithm : {ecdh_es, ecdh_es_a128kw, ecdh_es_a256kw})
        for (auto const* curve : {"P-256", "P-384", "P-521", "X25519"})
            out.push_back({.algorithm = algorithm, .curve = curve});
    return out;
}

inline std::vector<ContentEncryption> encryptions_of(KeyKind const& kind)
{
    if (kind.encryption) return {*kind.encryption};
    return {kAllEncryptions.begin(), kAllEncryptions.end()};
}

template <class T>
T must(Result<T> result)
{
    if (!result) throw std::runtime_error(std::string(name(result.error().code)) + ": " + result.error().detail);
    return std::move(*result);
}

// One key per kind for the whole program, with the kid "key-1".
inline DecryptionKey const& decryption_key(KeyKind const& kind)
{
    static std::map<KeyKind, DecryptionKey> keys;
    auto const                              known = keys.find(kind);
    if (known != keys.end()) return known->second;
    auto made = must(
        DecryptionKey::generate(kind.algorithm, {.kid = "key-1", .curve = kind.curve, .encryption = kind.encryption}));
    return keys.emplace(kind, std::move(made)).first->second;
}

inline JwePolicy jwe_policy(KeyManagement algorithm, std::vector<ContentEncryption> encryptions = {
                                                         kAllEncryptions.begin(), kAllEncryptions.end()})
{
    return must(JwePolicy::create({.algorithm = algorithm, .encryptions = std::move(encryptions)}));
}

inline std::string opened(std::string_view text, DecryptionKey const& key)
{
    return outcome(decrypt(text, key, jwe_policy(key.algorithm())));
}

// The five parts, still encoded.
inline std::vector<std::string> parts_of(std::string_view text)
{
    std::vector<std::string> parts(1);
    for (char const c : text) {
        if (c == '.')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}
inline std::string joined(std::vector<std::string> const& parts)
{
    std::string out;
    for (auto const& part : parts) out += (&part == &parts.front() ? "" : ".") + part;
    return out;
}

// A shared key that the tests know, for "dir" and A128GCM.
inline constexpr std::string_view kDirectSecret = "0123456789abcdef";

inline DecryptionKey direct_key()
{
    return must(DecryptionKey::parse_jwk(R"({"kty":"oct","alg":"A128GCM","kid":"key-1","k":")" +
                                         base64url::encode(kDirectSecret) + R"("})"));
}

// A text with exactly this header, rightly encrypted with that key.
inline std::string craft_jwe(std::string_view header, std::string_view plaintext)
{
    auto const encoded = base64url::encode(header);
    auto const sealed  = detail::seal_content(detail::row_of(ContentEncryption::a128gcm),
                                              detail::SecretBytes{kDirectSecret}, encoded, plaintext);
    return encoded + ".." + base64url::encode(sealed.iv) + "." + base64url::encode(sealed.ciphertext) + "." +
           base64url::encode(sealed.tag);
}

// What becomes of a rightly encrypted text with this header.
inline std::string opened_with_header(std::string_view header)
{
    return opened(craft_jwe(header, "text"), direct_key());
}

}  // namespace jose::test
