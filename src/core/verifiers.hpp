// core/verifiers.hpp - who may read the revocation log: verifiers, by name, each with a credential of its own.
#pragma once
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "core/ports.hpp"

namespace signet::core {

// 1 to 64 of A-Z a-z 0-9 . _ -
[[nodiscard]] bool is_verifier_name(std::string_view text);

// "svk_" and 256 random bits in base64url.
[[nodiscard]] SecretString   make_credential(Random& random);
// SHA-256 of its text. A slow hash is for what people think of; nobody guesses 256 random bits.
[[nodiscard]] CredentialHash hash_credential(std::string_view credential);

// A new verifier's credential: the only copy. Errc::invalid_name, name_taken.
[[nodiscard]] Result<SecretString> add_verifier(Ports const& ports, std::string_view name);
// Its credential opens nothing from now on. Errc::not_found.
[[nodiscard]] Result<void>         remove_verifier(Ports const& ports, std::string_view name);

// What storage knows of them, at hand: who reads the feed asks with each request. Thread-safe.
class VerifierCredentials {
public:
    // Takes over what was added and removed. Gives the names whose credential is gone since the last call, also when
    // there is another of that name: whatever it opened is to be closed. Call every second.
    [[nodiscard]] Result<std::vector<std::string>> follow(VerifierStore& store);

    // Whose it is.
    [[nodiscard]] std::optional<std::string> find(std::string_view credential) const;

private:
    mutable std::shared_mutex             mutex_;
    std::map<CredentialHash, std::string> names_;
};

}  // namespace signet::core
