// cli/keys.hpp - `signet keys …`: the signing keys, of access tokens, of the revocation feed, and of security events,
// as they are and as they change.
#pragma once
#include <string>

#include "cli/administration.hpp"
#include "cli/consent.hpp"

namespace signet::cli {

struct KeysOptions {
    AdminOptions admin;
    bool         now     = false;                                              // rotate --now
    std::string  purpose = std::string{name(core::KeyPurpose::access_token)};  // rotate --purpose
};

struct RevokeOptions {
    AdminOptions admin;
    std::string  kid;
    bool         yes = false;
};

struct ExportOptions {
    AdminOptions admin;
    bool         public_half = false;  // --public, without which nothing is exported
    bool         pem         = false;
};

[[nodiscard]] Exit list_keys(KeysOptions const& options);
[[nodiscard]] Exit rotate_keys(KeysOptions const& options);
// The key leaves the key set, and nothing it signed is accepted any more.
[[nodiscard]] Exit revoke_key(RevokeOptions const& options);
// The public halves: a JWK Set, or PEM.
[[nodiscard]] Exit export_keys(ExportOptions const& options);

}  // namespace signet::cli
