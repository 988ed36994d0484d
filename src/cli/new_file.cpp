#include "cli/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

fs::path folder_of(fs::path const& path)
{
    return path.has_parent_path() ? path.parent_path() : fs::path{"."};
}

// open(2), O_TMPFILE
Descriptor create_nameless(fs::path const& folder)
{
    return Descriptor{::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR)};
}

// FAT, and many a share and FUSE, have no hard links; where renaming knows no flags, there are links.
bool rename_to_new(fs::path const& from, fs::path const& to)
{
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    return (errno == EINVAL || errno == ENOSYS) && link(from.c_str(), to.c_str()) == 0;
}

}  // namespace

NewFile::NewFile(fs::path path) : path_(std::move(path))
{
    file_.emplace(create_nameless(folder_of(path_)));
    if (file_->ok()) return;
    unfinished_ = fmt::format("{}.{}.new", path_.string(), getpid());
    unlink(unfinished_.c_str());  // of a process that was killed and had our number
    file_.emplace(create_new(unfinished_));
}

NewFile::~NewFile()
{
    if (!unfinished_.empty()) unlink(unfinished_.c_str());
}

bool NewFile::write(std::string_view bytes)
{
    written_ += bytes.size();
    return write_all(file_->get(), bytes);
}

bool NewFile::sync()
{
    return fsync(file_->get()) == 0;
}

bool NewFile::publish()
{
    bool const named = unfinished_.empty() ? linkat(AT_FDCWD, fmt::format("/proc/self/fd/{}", file_->get()).c_str(),
                                                    AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) == 0
                                           : rename_to_new(unfinished_, path_);
    return named && sync_folder(path_.parent_path());
}

bool NewFile::is_on_the_disk_of(fs::path const& other) const
{
    struct stat ours{};
    struct stat theirs{};
    return fstat(file_->get(), &ours) == 0 && stat(other.c_str(), &theirs) == 0 && ours.st_dev == theirs.st_dev;
}

}  // namespace signet::cli
