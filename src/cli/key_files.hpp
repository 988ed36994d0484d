// cli/key_files.hpp - `signet keys generate|thumbprint|convert`, and keys out of files.
//
// Keys of one's own, not those of a running server: cli/keys.hpp.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "cli/exit_codes.hpp"
#include "jose/key.hpp"

namespace signet::cli {

struct GenerateOptions {
    std::string        algorithm = "ES256";
    std::string        kid;         // empty: the thumbprint
    std::optional<int> rsa_bits{};  // of an RSA key; none: 2048
    std::string        form = "jwk";
    std::string        out;         // of mode 0600, must be new; empty: standard output
    std::string        public_out;  // the public half, of mode 0644, must be new
};

struct ThumbprintOptions {
    std::string file;
    std::string algorithm;  // for a key that names none; empty: any, since the thumbprint is the same
    bool        uri = false;
};

struct ConvertOptions {
    std::string file;
    std::string algorithm;  // for a key that names none
    std::string kid;        // given to a PEM key
    std::string form;
    bool        public_half = false;
};

// A new private key, as JWK or PEM.
[[nodiscard]] Exit generate_key(GenerateOptions const& options);
// RFC 7638, or with `uri` RFC 9278, of each key of a JWK, JWK Set, or PEM file that is of a kind served here.
[[nodiscard]] Exit print_thumbprint(ThumbprintOptions const& options);
// One key in another form: jwk, jwks (public keys only), pem.
[[nodiscard]] Exit convert_key(ConvertOptions const& options);

// The whole file, at most 1 MiB, or a sentence about why not.
[[nodiscard]] std::expected<SecretString, std::string> read_key_file(std::string const& file);

// A private JWK, symmetric JWK, or PEM private key. The `name` of its algorithm may be empty when the key says it.
[[nodiscard]] std::expected<jose::SigningKey, std::string> read_signing_key_file(std::string const& file,
                                                                                 std::string const& name);

// "keys.json: weak_key (RSA of 1024 bits)."
[[nodiscard]] std::string said(std::string_view what, jose::Error const& error);

}  // namespace signet::cli
