// Stands between a process and the C library: calls that change a file below FAULTS_FOLDER are made, refused, or
// are the process's last, as faults/orders.hpp says; those made are noted in faults/journal.hpp. calls.test.mjs holds
// the list of calls to what the server and SQLite use.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>

#include "faults/journal.hpp"
#include "faults/orders.hpp"

namespace crash {
namespace {

constexpr std::size_t kMostDescriptors = 65'536;

constinit std::mutex one_at_a_time;  // so that the journal's order is the disk's

// Inode of each open file that is watched, 0 for the others.
constinit std::array<std::atomic<std::uint64_t>, kMostDescriptors> watched{};
constexpr std::uint64_t                                            kUnnoted = std::uint64_t{1} << 63U;

std::string_view folder()
{
    static char const* const path = std::getenv("FAULTS_FOLDER");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return path == nullptr ? std::string_view{} : path;
}

bool is_watched(std::string_view path)
{
    return !folder().empty() && path.starts_with(folder()) &&
           (path.size() == folder().size() || path[folder().size()] == '/');
}

// SQLite's index of the WAL is memory that processes share: it is made anew after a start.
bool is_index(std::string_view path)
{
    return path.ends_with("-shm");
}

std::uint64_t inode_of(int file)
{
    return file < 0 || static_cast<std::size_t>(file) >= kMostDescriptors ? 0 : watched[file].load();
}

void note_file(Entry entry, std::uint64_t file, std::uint64_t at = 0, std::string_view bytes = {})
{
    if ((file & kUnnoted) == 0) note({.entry = entry, .length = 0, .file = file, .at = at}, bytes);
}

void note_name(Entry entry, std::string_view path)
{
    if (!is_index(path)) note({.entry = entry, .length = 0, .file = 0, .at = 0}, path);
}

[[noreturn]] void die()
{
    ::syscall(SYS_kill, ::getpid(), SIGKILL);
    while (true) ::pause();
}

// `call` gives -1 with errno, or what it has done; `rest` is what is done of it when the process dies within.
template <class Call, class Rest>
auto obey(Kind kind, Call call, Rest rest) -> decltype(call())
{
    std::lock_guard const lock(one_at_a_time);
    auto const            verdict = next_verdict(kind);
    switch (verdict.deed) {
        case Verdict::Deed::pass:
            return call();
        case Verdict::Deed::fail:
            errno = verdict.error;
            return -1;
        case Verdict::Deed::die_before:
            die();
        case Verdict::Deed::die_within:
            rest();
            die();
    }
    std::abort();
}

template <class Call>
auto obey(Kind kind, Call call) -> decltype(call())
{
    return obey(kind, call, call);
}

bool exists(char const* path)
{
    return ::syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
}

// Who has just opened `file`.
void watch(int file, std::string_view path, bool is_new)
{
    if (file < 0 || static_cast<std::size_t>(file) >= kMostDescriptors) return;
    struct stat status{};
    if (::fstat(file, &status) != 0) std::abort();
    watched[file] = status.st_ino | (is_index(path) ? kUnnoted : 0);
    note_file(is_new ? Entry::created : Entry::seen, watched[file], 0, path);
}

int open_file(char const* path, int flags, mode_t mode)
{
    auto const raw = [&] { return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode)); };
    if (!is_watched(path)) return raw();
    bool const is_new   = (flags & O_CREAT) != 0 && !exists(path);
    bool const is_write = (flags & O_ACCMODE) != O_RDONLY;
    auto const call     = [&] {
        auto const file = raw();
        watch(file, path, is_new);
        return file;
    };
    return obey(is_new ? Kind::name : is_write ? Kind::open : Kind::read, call);
}

ssize_t write_file(int file, std::string_view bytes, off_t at)
{
    auto const write = [&](std::string_view some) {
        note_file(Entry::written, inode_of(file), static_cast<std::uint64_t>(at), some);
        return static_cast<ssize_t>(::syscall(SYS_pwrite64, file, some.data(), some.size(), at));
    };
    return obey(Kind::write, [&] { return write(bytes); }, [&] { return write(bytes.substr(0, bytes.size() / 2)); });
}

int resize_file(int file, off_t length)
{
    auto const raw = [&] { return static_cast<int>(::syscall(SYS_ftruncate, file, length)); };
    if (inode_of(file) == 0) return raw();
    return obey(Kind::write, [&] {
        auto const done = raw();
        if (done == 0) note_file(Entry::resized, inode_of(file), static_cast<std::uint64_t>(length));
        return done;
    });
}

int sync_file(int file, long number)
{
    if (inode_of(file) == 0) return static_cast<int>(::syscall(number, file));
    auto const synced = obey(Kind::sync, [&] {
        auto const done = static_cast<int>(::syscall(number, file));
        if (done == 0) note_file(Entry::synced, inode_of(file));
        return done;
    });
    if (synced == 0) return 0;
    std::lock_guard const lock(one_at_a_time);
    auto const            why = errno;
    note_file(Entry::unsynced, inode_of(file));
    errno = why;
    return synced;
}

// A call that changes names below the folder.
template <class Raw, class Note>
int change_name(char const* path, Raw raw, Note noted, Kind kind = Kind::name)
{
    if (!is_watched(path)) return raw();
    return obey(kind, [&] {
        auto const done = raw();
        if (done == 0) noted();
        return done;
    });
}

std::string pair(char const* from, char const* to)
{
    return std::string{from} + '\0' + to;
}

}  // namespace
}  // namespace crash

using namespace crash;

extern "C" {

int open(char const* path, int flags, ...)
{
    std::va_list rest;
    va_start(rest, flags);
    auto const mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_file(path, flags, mode);
}

int open64(char const* path, int flags, ...)
{
    std::va_list rest;
    va_start(rest, flags);
    auto const mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_file(path, flags, mode);
}

int close(int file)
{
    if (inode_of(file) != 0) watched[file] = 0;
    return static_cast<int>(::syscall(SYS_close, file));
}

ssize_t pread64(int file, void* into, size_t length, off64_t at)
{
    auto const raw = [&] { return static_cast<ssize_t>(::syscall(SYS_pread64, file, into, length, at)); };
    return inode_of(file) == 0 ? raw() : obey(Kind::read, raw);
}

ssize_t write(int file, void const* bytes, size_t length)
{
    if (inode_of(file) == 0) return static_cast<ssize_t>(::syscall(SYS_write, file, bytes, length));
    auto const at      = ::lseek(file, 0, SEEK_CUR);
    auto const written = write_file(file, {static_cast<char const*>(bytes), length}, at);
    if (written > 0) ::lseek(file, at + written, SEEK_SET);
    return written;
}

ssize_t pwrite64(int file, void const* bytes, size_t length, off64_t at)
{
    if (inode_of(file) == 0) return static_cast<ssize_t>(::syscall(SYS_pwrite64, file, bytes, length, at));
    return write_file(file, {static_cast<char const*>(bytes), length}, at);
}

int ftruncate64(int file, off64_t length) noexcept
{
    return resize_file(file, length);
}

int fsync(int file)
{
    return sync_file(file, SYS_fsync);
}

int fdatasync(int file)
{
    return sync_file(file, SYS_fdatasync);
}

int mkdir(char const* path, mode_t mode) noexcept
{
    return change_name(
        path, [&] { return static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode)); },
        [&] { note_name(Entry::folder, path); });
}

int mknod(char const* path, mode_t mode, dev_t device) noexcept
{
    return change_name(
        path, [&] { return static_cast<int>(::syscall(SYS_mknodat, AT_FDCWD, path, mode, device)); },
        [&] {
            struct stat status{};
            if (::stat(path, &status) != 0) std::abort();
            note_file(Entry::created, status.st_ino, 0, path);
        });
}

int link(char const* from, char const* to) noexcept
{
    return change_name(
        to, [&] { return static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0)); },
        [&] { note_name(Entry::linked, pair(from, to)); }, Kind::link);
}

int rename(char const* from, char const* to) noexcept
{
    return change_name(
        to, [&] { return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0)); },
        [&] { note_name(Entry::renamed, pair(from, to)); });
}

int linkat(int from_folder, char const* from, int to_folder, char const* to, int flags) noexcept
{
    return change_name(
        to, [&] { return static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags)); },
        [&] { note_name(Entry::linked, pair(from, to)); });
}

int renameat2(int from_folder, char const* from, int to_folder, char const* to, unsigned flags) noexcept
{
    return change_name(
        to, [&] { return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags)); },
        [&] { note_name(Entry::renamed, pair(from, to)); });
}

int unlink(char const* path) noexcept
{
    return change_name(
        path, [&] { return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0)); },
        [&] { note_name(Entry::removed, path); });
}

// An answer on its way: the moment between a commit and its caller's knowing.
ssize_t send(int socket, void const* bytes, size_t length, int flags)
{
    return obey(Kind::send,
                [&] { return static_cast<ssize_t>(::syscall(SYS_sendto, socket, bytes, length, flags, nullptr, 0)); });
}

}  // extern "C"
