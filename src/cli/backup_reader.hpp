// cli/backup_reader.hpp - what is in a backup file, in its order.
#pragma once
#include <expected>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "cli/age_file.hpp"

namespace signet::cli {

struct BackupManifest {
    TimePoint   made_at;
    std::string made_by;  // a version of Signet
};

// Reads once, from the front: manifest at open(), then the key, then the database. Refusals are whole sentences.
class BackupReader {
public:
    [[nodiscard]] static std::expected<BackupReader, Trouble> open(std::string const&       file,
                                                                   AgeReader::Opener const& opener);

    [[nodiscard]] BackupManifest const&                manifest() const { return manifest_; }
    [[nodiscard]] std::expected<SecretString, Trouble> read_master_key();
    // Writes the database to a new file, durably, and has found the whole backup authentic when it gives yes.
    [[nodiscard]] std::expected<void, Trouble>         copy_database(std::filesystem::path const& to);

private:
    BackupReader(std::string file, std::unique_ptr<std::ifstream> stream, AgeReader reader)
        : file_(std::move(file)), stream_(std::move(stream)), reader_(std::move(reader))
    {
    }

    [[nodiscard]] std::unexpected<Trouble>              cannot(std::string_view why) const;
    [[nodiscard]] std::expected<void, Trouble>          fill(std::span<char> into);
    // The size of the entry that comes next; refused when it is another.
    [[nodiscard]] std::expected<std::uint64_t, Trouble> begin_entry(std::string_view name);
    [[nodiscard]] std::expected<SecretString, Trouble>  read_small(std::string_view name);
    [[nodiscard]] std::expected<void, Trouble>          read_manifest();
    [[nodiscard]] std::expected<void, Trouble>          skip_padding(std::uint64_t size);

    std::string                    file_;
    std::unique_ptr<std::ifstream> stream_;
    AgeReader                      reader_;
    BackupManifest                 manifest_{};
};

}  // namespace signet::cli
