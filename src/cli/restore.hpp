// cli/restore.hpp - `signet restore`: a backup becomes a data folder again.
//
// What the backup no longer knows, sign-outs among it, cannot be known here: everything issued before is void
// (core/epoch.hpp, CHECKS E30).
#pragma once
#include <string>

#include "cli/administration.hpp"
#include "cli/backup_keys.hpp"

namespace signet::cli {

struct RestoreOptions {
    AdminOptions   admin;
    std::string    file;
    BackupIdentity with;
    bool           replace = false;  // where there is data already: it is kept beside
    bool           yes     = false;
};

[[nodiscard]] Exit restore_backup(RestoreOptions const& options);

}  // namespace signet::cli
