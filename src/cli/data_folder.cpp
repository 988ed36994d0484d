#include "cli/data_folder.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

constexpr auto kUnchangedUser  = static_cast<uid_t>(-1);
constexpr auto kUnchangedGroup = static_cast<gid_t>(-1);

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

DataFolder DataFolder::look(fs::path const& path)
{
    std::error_code ignored;  // whoever opens it will say why
    return DataFolder{path, !fs::exists(path / "signet.db", ignored)};
}

std::expected<void, Trouble> DataFolder::require_whole() const
{
    std::error_code ignored;  // what cannot be looked at cannot be used either, and says why itself
    if (!fs::exists(restored(), ignored)) return {};
    return std::unexpected(fmt::format(
        "A restore into {} was cut off. Run it again, with --replace; what was there before is kept.", path_.string()));
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
    if (!exists && !place.is_credential) {
        auto const made = create_private_file(place.path, core::MasterKey::generate_file_content(random).reveal());
        if (!made) return std::unexpected(made.error());
    }
    return parse_key_file(place);
}

std::expected<void, Trouble> DataFolder::become_owner(Root root) const
{
    struct stat status{};
    if (geteuid() != 0 || stat(path_.c_str(), &status) != 0 || status.st_uid == 0) return {};
    // setresuid(2): what a process may become again is its real and its saved id.
    auto const other_group = root == Root::kept ? kUnchangedGroup : status.st_gid;
    auto const other_user  = root == Root::kept ? kUnchangedUser : status.st_uid;
    if (setgroups(0, nullptr) == 0 && setresgid(other_group, status.st_gid, other_group) == 0 &&
        setresuid(other_user, status.st_uid, other_user) == 0)
        return {};
    return std::unexpected(system_trouble("Cannot go on as the owner of", path_));
}

RootAgain::~RootAgain()
{
    if (getuid() != 0 || geteuid() == 0) return;
    bool const is_root =
        setresuid(kUnchangedUser, 0, kUnchangedUser) == 0 && setresgid(kUnchangedGroup, getgid(), kUnchangedGroup) == 0;
    static_cast<void>(is_root);  // where it is not, whatever only root may do fails too and says so
}

std::string read_text(fs::path const& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace signet::cli
