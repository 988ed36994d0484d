// cli/backup_keys.hpp - who may open a backup, as the command line says it.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "cli/age_file.hpp"

namespace signet::cli {

// A passphrase comes from a file, from standard input, or from the terminal, never from the command line.
struct PassphraseSource {
    std::string file;
    bool        from_stdin = false;
};

struct BackupRecipients {
    std::vector<std::string> recipients;  // "age1…"; none: a passphrase
    PassphraseSource         passphrase;
};
struct BackupIdentity {
    std::string      identity;  // a file; empty: a passphrase
    PassphraseSource passphrase;
};

// One stanza for each who may open the file. Asks for a passphrase twice.
[[nodiscard]] std::expected<std::vector<AgeStanza>, Trouble> wrap_for(BackupRecipients const& wanted,
                                                                      SecretString const&     file_key);
// What opens the file. Asks for a passphrase once. What it gives holds the secret.
[[nodiscard]] std::expected<AgeReader::Opener, Trouble>      opener_of(BackupIdentity const& given);

}  // namespace signet::cli
