// cli/folder_lock.hpp - who uses a data folder: many together, or one alone.
#pragma once
#include <expected>
#include <filesystem>
#include <utility>

#include "cli/private_file.hpp"

namespace signet::cli {

// Held until it is destroyed, and let go by the kernel when the process ends, however it ends. flock(2) on the folder
// itself, so that it leaves no file behind.
class FolderLock {
public:
    // For servers and for the verbs that work beside one. Refused while somebody is alone in there.
    [[nodiscard]] static std::expected<FolderLock, Trouble> share(std::filesystem::path const& folder);
    // For what no server may see half done. Refused while anybody else is in there; never waits.
    [[nodiscard]] static std::expected<FolderLock, Trouble> take(std::filesystem::path const& folder);

private:
    explicit FolderLock(Descriptor folder) : folder_(std::move(folder)) {}

    Descriptor folder_;
};

}  // namespace signet::cli
