// cli/age_keys.hpp - to whom an age file is encrypted, and who opens it. https://age-encryption.org/v1
//
// Knows:  recipients, identities, passphrases, and how each wraps a file key in a stanza of the header.
// Knows nothing of:  files, and what is encrypted with the file key.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "cli/private_file.hpp"

namespace signet::cli {

inline constexpr std::size_t kFileKeyBytes = 16;

struct AgeRecipient {
    std::array<std::uint8_t, 32> key;  // X25519
};
struct AgeIdentity {
    SecretString key;  // 32 bytes, X25519
};
struct AgePassphrase {
    SecretString text;
    int          log_n = 18;  // of scrypt's N: 256 MiB and about a second, as age itself takes
};

// "age1…"; nullopt for anything else.
[[nodiscard]] std::optional<AgeRecipient>                      parse_recipient(std::string_view text);
// The identities in a file as age-keygen writes it: "AGE-SECRET-KEY-1…", one a line, # before a comment.
[[nodiscard]] std::expected<std::vector<AgeIdentity>, Trouble> parse_identities(std::string_view content);

struct AgeStanza {
    std::vector<std::string> arguments;  // the first says its kind
    std::string              body;
};

[[nodiscard]] AgeStanza wrap(SecretString const& file_key, AgeRecipient const& recipient, Random& random);
[[nodiscard]] AgeStanza wrap(SecretString const& file_key, AgePassphrase const& passphrase, Random& random);

// A refusal is a sentence about the file: encrypted otherwise, or to another.
[[nodiscard]] std::expected<SecretString, Trouble> unwrap(std::span<AgeStanza const>   header,
                                                          std::span<AgeIdentity const> identities);
[[nodiscard]] std::expected<SecretString, Trouble> unwrap(std::span<AgeStanza const> header,
                                                          AgePassphrase const&       passphrase);

// RFC 4648 4, without padding and in its one spelling.
[[nodiscard]] std::string                encode_base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

// RFC 5869, 32 bytes.
[[nodiscard]] SecretString hkdf_sha256(std::string_view material, std::string_view salt, std::string_view info);

}  // namespace signet::cli
