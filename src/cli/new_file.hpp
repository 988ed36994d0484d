// cli/new_file.hpp - a file that takes long to write: under its name it is whole, or not there.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "cli/private_file.hpp"

namespace signet::cli {

// Of mode 0600. Where the file system can, it has no name until it is published, and goes with the process however that
// ends; elsewhere it lies beside as "NAME.PID.new", which a process that is killed leaves behind. A false says that
// errno has the reason.
class NewFile {
public:
    explicit NewFile(std::filesystem::path path);
    ~NewFile();
    NewFile(NewFile const&)            = delete;
    NewFile& operator=(NewFile const&) = delete;

    [[nodiscard]] bool          ok() const { return file_->ok(); }
    [[nodiscard]] bool          write(std::string_view bytes);
    [[nodiscard]] bool          sync();
    // Gives it its name, durably, and never in the place of another file.
    [[nodiscard]] bool          publish();
    [[nodiscard]] bool          is_on_the_disk_of(std::filesystem::path const& other) const;
    [[nodiscard]] std::uint64_t written() const { return written_; }

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path     path_;
    std::filesystem::path     unfinished_;  // its name until it is published, if it has one
    std::optional<Descriptor> file_;
    std::uint64_t             written_ = 0;
};

}  // namespace signet::cli
