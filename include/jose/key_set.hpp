// jose/key_set.hpp - a set of verification keys, found by "kid". RFC 7517 5.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jose/key.hpp"

namespace jose {

// Immutable; copying shares and costs one count; safe to use from many threads.
class KeySet {
public:
    KeySet();  // empty: verifies nothing

    // Refuses two keys with one kid (Errc::duplicate_kid), a key without a kid in
    // a set of several (malformed_key), and symmetric next to asymmetric keys
    // (key_not_for_this_use). Any number of keys; look-up is linear in it. Cost: a
    // move and a sort of the kids.
    [[nodiscard]] static Result<KeySet> from(std::vector<VerificationKey> keys);

    // A JWK Set (RFC 7517 5), at most 100 keys and 64 KiB. Public keys of a kty, crv, or
    // alg that is not served are skipped, as the RFC asks; a key that is served but wrong
    // refuses the whole set with the key's own code: "use" other than "sig", "key_ops"
    // without "verify", a weak key; and so does what from() refuses. A secret is never
    // skipped: a private key is key_not_for_this_use, and an oct key that serves nothing
    // here unsupported_key. A key that names no "alg" serves `for_keys_without_alg` where
    // it can; else one with a curve serves what its curve says, and RSA is skipped.
    // Cost: that of its keys.
    [[nodiscard]] static Result<KeySet> parse(std::string_view         json,
                                              std::optional<Algorithm> for_keys_without_alg = std::nullopt);

    // Exact match; nullptr when there is none: no other key is tried. In a set of
    // one, a token without kid finds the only key, and a key without kid is found by
    // any. Lives as long as any copy of this set, as do keys(). Cost: one comparison
    // for each key.
    [[nodiscard]] VerificationKey const* find(std::string_view kid) const;

    [[nodiscard]] std::size_t                      size() const;
    [[nodiscard]] std::span<VerificationKey const> keys() const;

    // {"keys":[...]} with each key's to_jwk(), RFC 7517 5. A symmetric set is refused
    // (Errc::key_not_for_this_use). Cost: that of each to_jwk().
    [[nodiscard]] Result<std::string> to_json() const;

private:
    friend class SharedKeySet;
    // The same keys under a count that only the holder of the result touches.
    [[nodiscard]] KeySet detached() const;

    std::shared_ptr<std::vector<VerificationKey> const> keys_;
};

// A key set that is replaced, as a whole, while many threads verify with it.
//
//     jose::SharedKeySet keys{*jose::KeySet::parse(published)};
//     auto token = jose::verify(text, keys.current(), policy, now);  // any thread
//     keys.replace(*jose::KeySet::parse(published_later));           // another one
//
// Each thread keeps a copy of the set that it saw last, and reads one number to
// know that no other has come: no lock, and no memory that threads write in common.
// What a thread saw stays in its memory until it reads again or ends. Up to eight
// sets of a program are remembered side by side; of more, a thread that reads two
// which share a place by turns takes a short lock each time.
class SharedKeySet {
public:
    explicit SharedKeySet(KeySet keys = {});
    SharedKeySet(SharedKeySet const&)            = delete;
    SharedKeySet& operator=(SharedKeySet const&) = delete;

    // The set in force. Once replace() has returned, no call that begins gives the
    // set before it. What was given stays valid and unchanged for its holder. Cost: a
    // few ns; a short lock the first time a thread meets a set. Thread-safe.
    [[nodiscard]] KeySet current() const;

    // Thread-safe. Two at once: one after the other. Cost: a short lock, and the end of
    // the old set where nobody holds it.
    void replace(KeySet keys);

private:
    std::atomic<std::uint64_t> version_;
    std::size_t                slot_;   // where a thread keeps what it saw
    mutable std::mutex         mutex_;  // guards keys_, and version_ against another replace()
    KeySet                     keys_;
};

}  // namespace jose
