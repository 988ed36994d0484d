// cli/backup.hpp - `signet backup`: everything a server needs to go on elsewhere, in one encrypted file.
//
// An age file (cli/age_file.hpp) around a tar (cli/tar.hpp) of
//     signet-backup.json   when it was made, and by which version
//     master.key           what opens the keys in the database
//     signet.db            the database, as it was at one moment
#pragma once
#include <string>

#include "cli/administration.hpp"
#include "cli/backup_keys.hpp"

namespace signet::cli {

inline constexpr std::string_view kBackupManifest = "signet-backup.json";
inline constexpr std::string_view kBackupKey      = "master.key";
inline constexpr std::string_view kBackupDatabase = "signet.db";
inline constexpr std::string_view kBackupFormat   = "signet-backup/1";

struct BackupOptions {
    AdminOptions     admin;
    std::string      file;  // must be new
    BackupRecipients to;
};

// Works beside a running server.
[[nodiscard]] Exit make_backup(BackupOptions const& options);

}  // namespace signet::cli
