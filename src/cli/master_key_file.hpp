// cli/master_key_file.hpp - where the master key lies, and how another takes its place.
//
// A change writes the new key beside the old one, puts the database under it in one transaction, and renames. Whatever
// moment it is cut off at, one of the two files opens the database, and the next start knows which.
#pragma once
#include <expected>
#include <filesystem>
#include <string>

#include "base/secret.hpp"
#include "cli/private_file.hpp"
#include "core/master_key.hpp"

namespace signet::cli {

// Where else the master key may lie; empty: nowhere.
struct KeySources {
    std::string configured;   // [server] master_key
    std::string credentials;  // systemd's $CREDENTIALS_DIRECTORY
};

struct KeyPlace {
    std::filesystem::path path;
    bool                  is_credential;  // systemd guards it: its mode is not ours to judge, nor its content to change

    // Where a new key waits until the database is under it.
    [[nodiscard]] std::filesystem::path next() const { return path.string() + ".next"; }
};

// "master.key" in the folder `credentials` when it is there, else `configured` when that is not empty, else in
// `folder`.
[[nodiscard]] KeyPlace key_place(KeySources const& sources, std::filesystem::path const& folder);

// The content; refused when others may read the file.
[[nodiscard]] std::expected<SecretString, Trouble> read_key_file(KeyPlace const& place);

// As read_key_file(); refused also when it holds no master key.
[[nodiscard]] std::expected<core::MasterKey, Trouble> parse_key_file(KeyPlace const& place);

// Puts the waiting key in its place. Another process may have done so.
[[nodiscard]] std::expected<void, Trouble> install_next_key(KeyPlace const& place);

}  // namespace signet::cli
