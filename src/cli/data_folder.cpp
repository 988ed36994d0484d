#include "cli/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLargestKeyFile = 4096;

Trouble system_trouble(std::string_view what, fs::path const& path)
{
    return fmt::format("{} {}: {}.", what, path.string(), std::generic_category().message(errno));
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor()
    {
        if (number_ >= 0) close(number_);
    }
    Descriptor(Descriptor const&)            = delete;
    Descriptor& operator=(Descriptor const&) = delete;

    [[nodiscard]] int  get() const { return number_; }
    [[nodiscard]] bool ok() const { return number_ >= 0; }

private:
    int number_;
};

bool write_all(int file, std::string_view content)
{
    while (!content.empty()) {
        auto const written = write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return fsync(file) == 0;
}

bool sync_folder(fs::path const& folder)
{
    auto const&      named = folder.empty() ? fs::path{"."} : folder;
    Descriptor const directory(::open(named.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.ok() && fsync(directory.get()) == 0;
}

// Its name is on the disk before anything in it: a synced file of a folder that is lost is lost.
bool make_one_folder(fs::path const& path, mode_t mode)
{
    if (mkdir(path.c_str(), mode) != 0) return errno == EEXIST;
    return sync_folder(path.parent_path());
}

// Those above it too, as open to others as the umask says.
bool make_folder(fs::path const& path, mode_t mode)
{
    auto const above   = path.parent_path();
    bool const is_deep = !above.empty() && above != path && access(above.c_str(), F_OK) != 0;
    if (is_deep && !make_folder(above, S_IRWXU | S_IRWXG | S_IRWXO)) return false;
    return make_one_folder(path, mode);
}

// A new file, never one that somebody else has put there.
bool write_new(fs::path const& path, std::string_view content)
{
    Descriptor const file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    return file.ok() && write_all(file.get(), content);
}

// For when something failed: errno says what, still.
void discard(fs::path const& path)
{
    auto const reason = errno;
    unlink(path.c_str());
    errno = reason;
}

// Where the key is looked for, and whether it may be made there.
struct KeyPlace {
    fs::path path;
    bool     may_be_made;
    bool     is_credential;  // systemd guards it; its mode is not ours to judge
};

KeyPlace key_place(KeySources const& sources, fs::path const& folder)
{
    if (!sources.configured.empty()) return {sources.configured, true, false};
    auto const      credential = fs::path{sources.credentials} / "master.key";
    std::error_code ignored;  // cannot be looked at: not given
    if (!sources.credentials.empty() && fs::exists(credential, ignored)) return {credential, false, true};
    return {folder / "master.key", true, false};
}

std::expected<SecretString, Trouble> read_key_file(KeyPlace const& place)
{
    Descriptor const file(::open(place.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.ok()) return std::unexpected(system_trouble("Cannot read the master key", place.path));
    struct stat status{};
    if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::unexpected(fmt::format("The master key {} is not a file.", place.path.string()));
    if (!place.is_credential && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return std::unexpected(
            fmt::format("The master key {0} can be read by other users. Run: chmod 600 {0}", place.path.string()));
    std::string content(kLargestKeyFile, '\0');
    auto const  length = read(file.get(), content.data(), content.size());
    if (length < 0) return std::unexpected(system_trouble("Cannot read the master key", place.path));
    SecretString secret{std::string_view{content}.substr(0, static_cast<std::size_t>(length))};
    explicit_bzero(content.data(), content.size());
    return secret;
}

}  // namespace

std::expected<DataFolder, Trouble> DataFolder::open(fs::path const& path)
{
    // "folder/" names the folder too, and would be its own parent.
    if (!make_folder(path.has_filename() ? path : path.parent_path(), S_IRWXU))
        return std::unexpected(system_trouble("Cannot make the data folder", path));

    struct stat status{};
    if (stat(path.c_str(), &status) != 0) return std::unexpected(system_trouble("Cannot enter the data folder", path));
    if (!S_ISDIR(status.st_mode))
        return std::unexpected(fmt::format("The data folder {} is not a folder.", path.string()));

    std::error_code failed;
    bool const      fresh = !fs::exists(path / "signet.db", failed);
    if (failed)
        return std::unexpected(fmt::format("Cannot enter the data folder {}: {}.", path.string(), failed.message()));
    bool const ours           = !fresh || fs::exists(path / "master.key", failed) || fs::is_empty(path, failed);
    bool const open_to_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (ours && open_to_others && chmod(path.c_str(), S_IRWXU) != 0)
        return std::unexpected(
            system_trouble("Other users may enter the data folder, and this cannot be changed:", path));
    if (!ours && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return std::unexpected(fmt::format(
            "Other users may write to the folder {}, which is not empty. Choose a folder of its own for the data.",
            path.string()));
    return DataFolder{path, fresh};
}

std::expected<core::MasterKey, Trouble> DataFolder::master_key(KeySources const& sources, Random& random) const
{
    auto const      place = key_place(sources, path_);
    std::error_code ignored;  // reading it will say why
    bool const      exists = fs::exists(place.path, ignored) || ignored;
    if (!exists && !fresh_)
        return std::unexpected(fmt::format(
            "The database {} is there but its master key {} is not. Put the key back from its backup: without it the "
            "signing keys cannot be opened, and a new one would not help.",
            database().string(), place.path.string()));
    if (!exists && place.may_be_made) {
        auto const made = create_private_file(place.path, core::MasterKey::generate_file_content(random).reveal());
        if (!made) return std::unexpected(made.error());
    }
    auto const content = read_key_file(place);
    if (!content) return std::unexpected(content.error());
    auto key = core::MasterKey::parse(*content);
    if (!key)
        return std::unexpected(fmt::format(
            "The file {} does not hold a master key (64 hexadecimal digits). Put the right one back from its backup.",
            place.path.string()));
    return std::move(*key);
}

std::string read_text(fs::path const& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::expected<bool, Trouble> create_private_file(fs::path const& path, std::string_view content)
{
    // A complete file under its final name or none: whoever finds it may read it.
    auto const unfinished = fs::path{fmt::format("{}.{}.new", path.string(), getpid())};
    unlink(unfinished.c_str());  // of a process that was killed and had our number
    bool const written = write_new(unfinished, content);
    bool const linked  = written && link(unfinished.c_str(), path.c_str()) == 0;
    discard(unfinished);
    if (written && !linked && errno == EEXIST) return false;
    if (!linked) return std::unexpected(system_trouble("Cannot write", written ? path : unfinished));
    if (!sync_folder(path.parent_path())) return std::unexpected(system_trouble("Cannot sync the folder of", path));
    return true;
}

}  // namespace signet::cli
