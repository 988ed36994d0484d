#include "cli/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

std::string capitalized(std::string_view text)
{
    std::string out{text};
    if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
        out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out;
}

}  // namespace

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

std::expected<SecretString, Trouble> read_secret_file(std::string_view what, fs::path const& path, Readers others)
{
    constexpr std::size_t kLargest = 4096;
    Descriptor const      file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    auto const            cannot_read = fmt::format("Cannot read {}", what);
    if (!file.ok()) return std::unexpected(system_trouble(cannot_read, path));
    struct stat status{};
    if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::unexpected(fmt::format("{} {} is not a file.", capitalized(what), path.string()));
    if (others == Readers::nobody && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return std::unexpected(
            fmt::format("{0} {1} can be read by other users. Run: chmod 600 {1}", capitalized(what), path.string()));
    std::string content(kLargest, '\0');
    auto const  length = read(file.get(), content.data(), content.size());
    if (length < 0) return std::unexpected(system_trouble(cannot_read, path));
    SecretString secret{std::string_view{content}.substr(0, static_cast<std::size_t>(length))};
    explicit_bzero(content.data(), content.size());
    return secret;
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
