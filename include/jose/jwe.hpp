// jose/jwe.hpp - JSON Web Encryption, compact form. RFC 7516.
//
// "Decrypted" says that nobody read or changed the content on its way. It does
// not say who wrote it: with a public key, anyone may have. A token that must
// come from somebody is signed first and encrypted then: jose/nested.hpp.
//
//     auto policy = jose::JwePolicy::create({.algorithm   = jose::KeyManagement::ecdh_es,
//                                            .encryptions = {jose::ContentEncryption::a256gcm}});
//     auto note   = jose::decrypt(text, key, *policy);
//     if (!note) return refuse(note.error());
//     show(note->bytes());
//
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jose/encryption_key.hpp"

namespace jose {

// What the caller accepts. There are no defaults: nothing is decrypted that was
// not named.
struct JweExpectations {
    std::optional<KeyManagement>   algorithm{};    // exactly one
    std::vector<ContentEncryption> encryptions{};  // at least one

    std::size_t max_token_bytes = 8UL * 1024;  // of the whole text
};

// Expectations that have been checked. Immutable; copyable; safe to use from many
// threads.
class JwePolicy {
public:
    // Make one at start and keep it. Errc::contradictory_policy when algorithm or
    // encryptions are missing, or the size is not between 1 byte and 1 GiB. Cost: a move.
    [[nodiscard]] static Result<JwePolicy> create(JweExpectations expectations);

    [[nodiscard]] JweExpectations const& expectations() const { return expectations_; }

private:
    explicit JwePolicy(JweExpectations expectations) : expectations_(std::move(expectations)) {}
    JweExpectations expectations_;
};

// Content that decrypt() accepted. Says nothing of its author, claims, or times:
// it is no VerifiedToken, and nothing turns it into one. Immutable; movable;
// wiped on destruction. The views live as long as it does, wherever it is moved.
class Decrypted {
public:
    Decrypted(Decrypted&&) noexcept;
    Decrypted& operator=(Decrypted&&) noexcept;
    ~Decrypted();

    [[nodiscard]] std::string_view bytes() const;
    [[nodiscard]] std::string_view header_json() const;
    [[nodiscard]] std::string_view content_type() const;  // "cty", empty when absent

private:
    friend struct DecryptedAccess;
    struct State;
    explicit Decrypted(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// What the header says beside alg, enc, kid, and epk. Empty: absent.
struct JweHeaderFields {
    std::string_view type{};          // "typ"
    std::string_view content_type{};  // "cty", RFC 7516 4.1.12
    std::string_view apu{};           // of the producer, and
    std::string_view apv{};           // of the recipient: raw bytes, ECDH-ES only; RFC 7518 4.6.1
};

// Encrypts `plaintext`, any bytes up to 1 GiB (Errc::token_too_large above it), as
// RFC 7516 5.1 says.
//
// Refuses a "dir" key whose size or binding is not `encryption`'s, and apu or apv
// without ECDH-ES (Errc::algorithm_mismatch). Every call draws a new content key
// and IV; with "dir" only the IV is new, so such a key serves 2^32 texts at most
// (NIST SP 800-38D 8.3). Cost: one operation of the key and one pass over the
// text. Thread-safe.
[[nodiscard]] Result<std::string> encrypt(std::string_view plaintext, EncryptionKey const& key,
                                          ContentEncryption encryption, JweHeaderFields const& fields = {});

// Checks form, header, policy, and key, then decrypts; nothing is given before
// its tag was checked.
//
// Errc::token_too_large, malformed_token (not five base64url parts), or
// malformed_header, which is also an "epk" that is no point of the key's curve;
// unsupported_critical for "crit", "b64", or "zip"; algorithm_not_allowed and
// encryption_not_allowed for what the policy does not name; algorithm_mismatch
// when the key is for another; unknown_key when both name a "kid" and differ.
// Everything after that is Errc::decryption_failed, without a word of why, and
// a key that cannot be unwrapped takes as long as one that can (RFC 7516 11.5).
// Cost: one operation of the key and one pass over the text. Thread-safe.
[[nodiscard]] Result<Decrypted> decrypt(std::string_view compact, DecryptionKey const& key, JwePolicy const& policy);

}  // namespace jose
