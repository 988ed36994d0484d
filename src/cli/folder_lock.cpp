#include "cli/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

std::expected<Descriptor, Trouble> locked(fs::path const& folder, int how, std::string_view busy)
{
    Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.ok()) return std::unexpected(system_trouble("Cannot open the data folder", folder));
    if (flock(directory.get(), how | LOCK_NB) == 0) return directory;
    if (errno == EWOULDBLOCK) return std::unexpected(fmt::format(fmt::runtime(busy), folder.string()));
    return std::unexpected(system_trouble("Cannot lock the data folder", folder));
}

}  // namespace

std::expected<FolderLock, Trouble> FolderLock::share(fs::path const& folder)
{
    auto directory = locked(folder, LOCK_SH,
                            "The data folder {} is being restored, or its master key changed. Try again when that is "
                            "done.");
    if (!directory) return std::unexpected(std::move(directory).error());
    return FolderLock{*std::move(directory)};
}

std::expected<FolderLock, Trouble> FolderLock::take(fs::path const& folder)
{
    auto directory =
        locked(folder, LOCK_EX,
               "A server or another signet command uses the data folder {}. Stop it first; nothing was changed.");
    if (!directory) return std::unexpected(std::move(directory).error());
    return FolderLock{*std::move(directory)};
}

}  // namespace signet::cli
