// core/token_secret.hpp - what refresh and device tokens are authenticated with.
//
// Random, kept in storage under the master key: whoever has only the master key can make no token, and a change of the
// master key signs nobody out (docs/decisions/0012-changing-the-master-key.md). Only a database from before there was a
// token secret has the master key of its time as one, until an epoch begins.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "core/ports.hpp"
#include "core/result.hpp"
#include "core/root_key.hpp"

namespace signet::core {

// Thread-safe.
class TokenSecret {
public:
    explicit TokenSecret(RootKey root) : root_(std::move(root)) {}
    [[nodiscard]] static TokenSecret generate(Random& random);

    // HMAC-SHA256 of `message` under the key derived for `purpose`: one purpose, one key (DESIGN 8).
    [[nodiscard]] std::array<std::uint8_t, 32> mac(std::string_view purpose, std::string_view message) const;
    // Constant-time comparison with what mac() would give.
    [[nodiscard]] bool mac_matches(std::string_view purpose, std::string_view message, std::string_view tag) const;

    [[nodiscard]] std::string seal(MasterKey const& master_key, Random& random) const;
    // Whether this master key alone makes tokens: it is the secret of a database of before.
    [[nodiscard]] bool        is_root_of(MasterKey const& master_key) const;

private:
    RootKey root_;
};

// The name it has in storage; what is sealed is bound to it.
inline constexpr std::string_view kTokenSecretName        = "token secret beside a chain";
// In a database whose audit log is no chain yet, and in no other: who lacks the master key cannot give it back this
// name, and so cannot pass off an edited log as one from before the chain (docs/decisions/0014-audit-chain.md).
inline constexpr std::string_view kTokenSecretBeforeChain = "token secret";
// What a secret of this name is bound to when it is sealed.
[[nodiscard]] std::string         secret_context(std::string_view name);
// What was sealed as kTokenSecretBeforeChain, as kTokenSecretName. Errc::wrong_master_key.
[[nodiscard]] Result<std::string> seal_beside_chain(MasterKey const& master_key, std::string_view sealed,
                                                    Random& random);

// Where it lies, and what it needs to be opened, or made at the first start.
struct TokenSecretPlace {
    SealedStore&     sealed;
    SigningKeyStore& signing_keys;
    MasterKey const& master_key;
    Random&          random;
    TimePoint        now;
};

// Opens the one storage keeps; makes one when there is none. Errc::wrong_master_key: then nothing is made.
[[nodiscard]] Result<TokenSecret> load_token_secret(TokenSecretPlace const& place);

}  // namespace signet::core
