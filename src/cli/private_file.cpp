#include "cli/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace signet::cli {
namespace fs = std::filesystem;

Trouble system_trouble(std::string_view what, fs::path const& path)
{
    return fmt::format("{} {}: {}.", what, path.string(), std::generic_category().message(errno));
}

Descriptor::~Descriptor()
{
    if (number_ >= 0) close(number_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor create_new(fs::path const& path)
{
    return Descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
}

bool write_all(int file, std::string_view content)
{
    while (!content.empty()) {
        auto const written = write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool sync_folder(fs::path const& folder)
{
    auto const&      named = folder.empty() ? fs::path{"."} : folder;
    Descriptor const directory(::open(named.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.ok() && fsync(directory.get()) == 0;
}

void discard(fs::path const& path)
{
    auto const reason = errno;
    unlink(path.c_str());
    errno = reason;
}

std::expected<void, Trouble> give_to_owner_of(fs::path const& like, fs::path const& path)
{
    struct stat status{};
    if (geteuid() != 0) return {};
    bool const is_known = stat(like.c_str(), &status) == 0;
    if (is_known && status.st_uid == 0) return {};
    if (is_known && lchown(path.c_str(), status.st_uid, status.st_gid) == 0) return {};
    return std::unexpected(system_trouble(fmt::format("Cannot give to the owner of {}:", like.string()), path));
}

std::expected<bool, Trouble> create_private_file(fs::path const& path, std::string_view content)
{
    // A complete file under its final name or none: whoever finds it may read it.
    auto const unfinished = fs::path{fmt::format("{}.{}.new", path.string(), getpid())};
    unlink(unfinished.c_str());  // of a process that was killed and had our number
    bool const written = [&] {
        auto const file = create_new(unfinished);
        return file.ok() && write_all(file.get(), content) && fsync(file.get()) == 0;
    }();
    bool const linked = written && link(unfinished.c_str(), path.c_str()) == 0;
    discard(unfinished);
    if (written && !linked && errno == EEXIST) return false;
    if (!linked) return std::unexpected(system_trouble("Cannot write", written ? path : unfinished));
    if (!sync_folder(path.parent_path())) return std::unexpected(system_trouble("Cannot sync the folder of", path));
    return true;
}

}  // namespace signet::cli
