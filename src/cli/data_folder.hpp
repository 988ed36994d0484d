// cli/data_folder.hpp - the folder that holds a server's state, and who may read it.
//
//     signet.db        the database (signet.db-wal and -shm beside it while it is open)
//     master.key       what opens the signing keys in it; may lie elsewhere
//     master.key.next  while the master key is being changed
//     restored/        while a restore puts its files in their place, and those of before aside into it
//     tls/             the self-signed certificate of `serve --dev`
//     demo-user.txt    the account that `serve --dev` made
//
// A database without its master key is never given a new one: its signing keys
// would be lost and every token with them.
#pragma once
#include <expected>
#include <filesystem>
#include <string>

#include "base/random.hpp"
#include "cli/master_key_file.hpp"
#include "cli/private_file.hpp"
#include "core/master_key.hpp"

namespace signet::cli {

class DataFolder {
public:
    // Makes the folder (mode 0700) when there is none. Takes rights of others away from a folder that is empty or
    // already Signet's; any other that others may write to is refused.
    [[nodiscard]] static std::expected<DataFolder, Trouble> open(std::filesystem::path const& path);

    // One that is there, as it is: nothing is made, and nobody's rights are taken.
    [[nodiscard]] static DataFolder look(std::filesystem::path const& path);

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    [[nodiscard]] std::filesystem::path        database() const { return path_ / "signet.db"; }
    [[nodiscard]] std::filesystem::path        certificate() const { return path_ / "tls" / "cert.pem"; }
    [[nodiscard]] std::filesystem::path        private_key() const { return path_ / "tls" / "key.pem"; }
    // Where a restore keeps what it brought until all of it is in its place.
    [[nodiscard]] std::filesystem::path        restored() const { return path_ / "restored"; }
    // Refused when a restore was cut off: what lies here may be neither the old data nor the new.
    [[nodiscard]] std::expected<void, Trouble> require_whole() const;
    // Whether this folder had no database when it was opened.
    [[nodiscard]] bool                         is_fresh() const { return fresh_; }

    // The master key at its place (key_place()). Made (mode 0600, durable) only while there is no database and never in
    // `credentials`.
    [[nodiscard]] std::expected<core::MasterKey, Trouble> master_key(KeySources const& sources, Random& random) const;

    // When root runs this process and the folder is another user's, it goes on as that user: what is made here must be
    // that user's, whose server opens it. Root is given up for good, or kept for RootAgain.
    enum class Root { given_up, kept };
    [[nodiscard]] std::expected<void, Trouble> become_owner(Root root = Root::given_up) const;

private:
    DataFolder(std::filesystem::path path, bool fresh) : path_(std::move(path)), fresh_(fresh) {}

    std::filesystem::path path_;
    bool                  fresh_;
};

// Makes the process root again when it goes, where become_owner() has kept it.
class RootAgain {
public:
    RootAgain() = default;
    ~RootAgain();
    RootAgain(RootAgain const&)            = delete;
    RootAgain& operator=(RootAgain const&) = delete;
};

// The whole file; empty when it cannot be read.
[[nodiscard]] std::string read_text(std::filesystem::path const& path);

}  // namespace signet::cli
