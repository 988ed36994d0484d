#include "cli/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <vector>

#include "base/json.hpp"
#include "cli/new_file.hpp"
#include "cli/refusals.hpp"
#include "cli/tar.hpp"

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t      kBuffer       = 256UL * 1024;
constexpr std::string_view kSnapshotStem = "signet.db.copy-";
constexpr std::uint64_t    kMiB          = 1024UL * 1024;
constexpr std::uint64_t    kLeftFree     = 64 * kMiB;  // what the server's WAL may grow by meanwhile

// The database as it was at one moment, in the data folder, whose mode guards it. Gone with the object; what a process
// that was killed left behind, the next one removes.
class Snapshot {
public:
    explicit Snapshot(fs::path const& folder) : path_(folder / fmt::format("{}{}", kSnapshotStem, getpid()))
    {
        std::error_code ignored;  // cleaning up after others is worth no failure
        for (auto const& entry : fs::directory_iterator(folder, ignored))
            if (is_left_behind(entry.path().filename().string())) fs::remove(entry.path(), ignored);
    }
    ~Snapshot()
    {
        unlink(path_.c_str());
        unlink((path_.string() + "-journal").c_str());  // SQLite's, when it could not write the copy
    }
    Snapshot(Snapshot const&)            = delete;
    Snapshot& operator=(Snapshot const&) = delete;

    [[nodiscard]] fs::path const& path() const { return path_; }

private:
    static bool is_left_behind(std::string_view name)
    {
        if (!name.starts_with(kSnapshotStem)) return false;
        auto const digits = name.substr(kSnapshotStem.size());
        pid_t      owner  = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), owner);
        return owner == getpid() || (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH);
    }

    fs::path path_;
};

bool add_text(AgeWriter& out, std::string_view name, std::string_view content, TimePoint now)
{
    return out.write(tar_header({std::string{name}, content.size()}, now)) && out.write(content) &&
           out.write(tar_padding(content.size()));
}

// False: errno says why.
bool add_file(AgeWriter& out, fs::path const& file, TimePoint now)
{
    Descriptor const in(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    struct stat      status{};
    if (!in.ok() || fstat(in.get(), &status) != 0) return false;
    auto left = static_cast<std::uint64_t>(status.st_size);
    if (!out.write(tar_header({std::string{kBackupDatabase}, left}, now))) return false;
    std::vector<char> buffer(kBuffer);
    while (left > 0) {
        auto const some = read(in.get(), buffer.data(), std::min<std::uint64_t>(left, buffer.size()));
        if (some < 0 && errno == EINTR) continue;
        if (some <= 0 || !out.write({buffer.data(), static_cast<std::size_t>(some)})) return false;
        left -= static_cast<std::uint64_t>(some);
    }
    return out.write(tar_padding(static_cast<std::uint64_t>(status.st_size)));
}

std::string manifest(TimePoint now)
{
    json::Object out;
    out.set("format", kBackupFormat).set("made_at", unix_seconds(now)).set("signet", SIGNET_VERSION);
    return out.text() + "\n";
}

struct Parts {
    SecretString const&    file_key;
    std::vector<AgeStanza> stanzas;
    SecretString           master_key;
    fs::path               database;
};

std::expected<void, Trouble> write_backup(NewFile& file, Parts const& parts, TimePoint now)
{
    SystemRandom random;
    AgeWriter    out(parts.file_key, parts.stanzas, random, [&](std::string_view bytes) { return file.write(bytes); });
    bool const   written = add_text(out, kBackupManifest, manifest(now), now) &&
                         add_text(out, kBackupKey, parts.master_key.reveal(), now) &&
                         add_file(out, parts.database, now) && out.write(tar_end()) && out.finish();
    if (!written || !file.sync()) return std::unexpected(system_trouble("Cannot write", file.path()));
    return {};
}

std::uint64_t size_of(fs::path const& file)
{
    std::error_code absent;
    auto const      size = fs::file_size(file, absent);
    return absent ? 0 : size;
}

// A server whose disk is full signs nobody in: that is no price for a backup.
std::expected<void, Trouble> require_room(DataFolder const& folder, NewFile const& file)
{
    struct statvfs disk{};
    if (statvfs(folder.path().c_str(), &disk) != 0)
        return std::unexpected(system_trouble("Cannot look at the disk of", folder.path()));
    auto const copy   = size_of(folder.database()) + size_of(folder.database().string() + "-wal");
    auto const needed = copy * (file.is_on_the_disk_of(folder.path()) ? 2 : 1) + kLeftFree;
    auto const free   = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    if (free >= needed || disk.f_blocks == 0) return {};  // a file system that counts no blocks
    return std::unexpected(
        fmt::format("{} MiB are free on the disk of {}, and the copy that a backup is made of takes {}, with what a "
                    "server needs beside it. Make room.",
                    free / kMiB, folder.path().string(), needed / kMiB));
}

// Copies the database as its owner, and gives it opened, so that its master key stays the same.
std::expected<std::unique_ptr<Instance>, Trouble> copy_database(LocatedData const& located, Snapshot const& snapshot)
{
    RootAgain const at_the_end;
    auto            instance = TRY(Instance::open(located.config, located.folder, Instance::Purpose::copying));
    auto const      copied   = instance->copy_database(snapshot.path());
    if (!copied) return std::unexpected(sentence(copied.error(), "the database"));
    return instance;
}

// Beside whoever uses the folder.
std::expected<std::uint64_t, Trouble> back_up(BackupOptions const& options, LocatedData const& located,
                                              SecretString const& file_key, std::vector<AgeStanza> stanzas)
{
    NewFile file(options.file);
    if (!file.ok()) return std::unexpected(system_trouble("Cannot write", file.path()));
    TRY(require_room(located.folder, file));
    Snapshot const snapshot(located.folder.path());
    auto const     instance   = TRY(copy_database(located, snapshot));
    auto const     now        = instance->ports().clock.now();
    auto           master_key = TRY(read_key_file(key_place(key_sources(located.config), located.folder.path())));
    TRY(write_backup(file,
                     {.file_key   = file_key,
                      .stanzas    = std::move(stanzas),
                      .master_key = std::move(master_key),
                      .database   = snapshot.path()},
                     now));
    // Before it has its name: a backup that nobody knows of is worse than a row too many.
    auto const to    = options.to.recipients.empty() ? "a passphrase" : "recipients";
    auto const noted = instance->ports().audit.append(
        {.at = now, .event = core::AuditEvent::backup_made, .detail = fmt::format("to {}", to)});
    if (!noted) return std::unexpected(sentence(noted.error(), "the audit log"));
    if (!file.publish()) return std::unexpected(system_trouble("Cannot write", file.path()));
    return file.written();
}

}  // namespace

Exit make_backup(BackupOptions const& options)
{
    std::error_code ignored;  // writing it will say why
    if (fs::exists(options.file, ignored))
        return refuse(options.admin, "invalid_request",
                      fmt::format("{} is there already; nothing was overwritten.", options.file), kUsage);
    auto const located = locate_data(options.admin);
    if (!located) return located.error();
    SystemRandom random;
    auto const   file_key = make_file_key(random);
    auto         stanzas  = wrap_for(options.to, file_key);
    if (!stanzas) return refuse(options.admin, "invalid_request", stanzas.error(), kUsage);

    auto const bytes = back_up(options, *located, file_key, *std::move(stanzas));
    if (!bytes) return refuse(options.admin, "unavailable", bytes.error(), kUnavailable);
    if (options.admin.json) {
        json::Object out;
        out.set("file", options.file).set("bytes", static_cast<std::int64_t>(*bytes));
        fmt::print("{}\n", out.text());
    } else {
        fmt::print("{}: {} bytes, encrypted. It holds the database and its master key.\n", options.file, *bytes);
    }
    return kDone;
}

}  // namespace signet::cli
