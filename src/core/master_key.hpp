// core/master_key.hpp - the one secret outside the database, and what it opens.
//
// It seals and nothing else: what else is derived from a secret is derived from one
// that it seals (core/token_secret.hpp), so that the master key can be changed.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "core/result.hpp"
#include "core/root_key.hpp"

namespace signet::core {

// Wiped on destruction, left out of core dumps. Thread-safe once made.
class MasterKey {
public:
    static constexpr std::size_t kBytes = RootKey::kBytes;

    // The content of the key file: 64 hexadecimal digits and a newline. Errc::wrong_master_key.
    [[nodiscard]] static Result<MasterKey> parse(SecretString const& file_content);
    [[nodiscard]] static SecretString      generate_file_content(Random& random);

    // AES-256-GCM: nonce ‖ ciphertext ‖ tag, under the sealing key, bound to `context`.
    [[nodiscard]] std::string          seal(SecretString const& plain, std::string_view context, Random& random) const;
    // Errc::wrong_master_key when it does not open.
    [[nodiscard]] Result<SecretString> open(std::string_view sealed, std::string_view context) const;

    // Of databases made before there was a token secret: what their refresh tokens are authenticated with.
    [[nodiscard]] RootKey const& root() const { return root_; }

private:
    explicit MasterKey(RootKey root) : root_(std::move(root)) {}

    RootKey root_;
};

}  // namespace signet::core
