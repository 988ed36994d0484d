#include "cli/restore.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include "base/json.hpp"
#include "cli/backup_reader.hpp"
#include "cli/consent.hpp"
#include "cli/folder_lock.hpp"
#include "cli/refusals.hpp"
#include "core/epoch.hpp"
#include "core/master_key_change.hpp"
#include "storage/sqlite.hpp"

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

constexpr auto kMeaning =
    "Restoring {}, made {} UTC by Signet {}, into {}:\n"
    "- every session ends, and every token issued until now is void: everybody signs in again;\n"
    "- new signing keys take the place of all others;\n"
    "- what happened after the backup was made is gone: an account disabled since then is enabled again, a password\n"
    "  changed since then is the old one again;\n"
    "- so are verifiers and receivers that were removed since then, and those added since then are gone: look at\n"
    "  signet verifier list and signet receiver list;\n"
    "- {}";
constexpr auto kNothingReplaced = "there is no data there yet.";
constexpr auto kReplaced        = "the data that is there now is moved to {}.";

std::string moment(TimePoint at)
{
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(unix_seconds(at))));
}

// The files of a data folder that a restore puts another in the place of. A WAL goes first: beside another database it
// would be taken for that one's.
constexpr std::array<std::string_view, 4> kReplacedFiles{"signet.db-wal", "signet.db-shm", "signet.db", "master.key"};

bool is_there(fs::path const& path)
{
    std::error_code unreachable;  // then it is there, as far as anybody can tell
    return fs::exists(path, unreachable) || unreachable;
}

// Two restores may be of one second.
fs::path unused(fs::path const& wanted)
{
    auto path = wanted;
    for (int i = 2; is_there(path); ++i) path = fmt::format("{}-{}", wanted.string(), i);
    return path;
}

bool holds_replaced(fs::path const& folder)
{
    return std::ranges::any_of(kReplacedFiles, [&](auto const name) { return is_there(folder / name); });
}

bool holds_data(fs::path const& folder)
{
    return is_there(folder / "restored") || holds_replaced(folder);
}

// What a restore works on. `unpacked` is where the files are made ready; nothing else is touched before they are.
struct Work {
    fs::path folder;
    fs::path unpacked;
    fs::path beside;  // for what was there before
    KeyPlace key;
    bool     is_new;  // the folder is made for this
};

bool is_key_in_folder(Work const& work)
{
    return work.key.path == work.folder / "master.key";
}

// Removes what was made ready and not taken over, and the folder if it was made for this and is empty.
class Scaffold {
public:
    explicit Scaffold(Work const& work) : work_(work) {}
    ~Scaffold()
    {
        std::error_code ignored;  // there is a trouble to tell already
        fs::remove_all(work_.unpacked, ignored);
        if (work_.is_new) fs::remove(work_.folder, ignored);
    }
    Scaffold(Scaffold const&)            = delete;
    Scaffold& operator=(Scaffold const&) = delete;

private:
    Work const& work_;
};

std::expected<void, Trouble> move_file(fs::path const& from, fs::path const& to)
{
    if (std::rename(from.c_str(), to.c_str()) == 0) return {};
    return std::unexpected(system_trouble("Cannot move to its place", from));
}

std::expected<void, Trouble> synced(fs::path const& folder)
{
    if (sync_folder(folder)) return {};
    return std::unexpected(system_trouble("Cannot sync", folder));
}

// The master key of the backup must be the one that will be found at the next start.
std::expected<void, Trouble> check_key_place(Work const& work, SecretString const& content)
{
    if (is_key_in_folder(work) || !is_there(work.key.path)) return {};
    auto const present = TRY(read_key_file(work.key));
    if (present.reveal() == content.reveal()) return {};
    return std::unexpected(fmt::format(
        "The master key {} is not the one of this backup, and it is not in the data folder, so it stays as it is. {}",
        work.key.path.string(),
        work.key.is_credential ? "Give the server the one of the backup as its credential first: "
                                 "age --decrypt BACKUP | tar -xO master.key"
                               : "Move it away first."));
}

// Everything of before is void in the data made ready, as of `now`.
std::expected<void, Trouble> begin_anew(Work const& work, BackupReader const& backup, TimePoint now)
{
    auto const key     = TRY(parse_key_file({work.unpacked / "master.key", false}));
    auto const storage = storage::SqliteStorage::open(work.unpacked / "signet.db");
    auto const sound   = storage->check_sound();
    if (!sound) return std::unexpected(fmt::format("The database in the backup is damaged: {}.", sound.error().detail));
    auto const opens = core::opens_everything(storage->sealed(), key);
    if (!opens) return std::unexpected(sentence(opens.error(), "the keys"));
    if (!*opens) return std::unexpected("The master key in the backup does not open the database in it.");
    SystemRandom random;
    auto const   audited = storage->begin_audit(key, random);
    if (!audited) return std::unexpected(sentence(audited.error(), "the audit log"));
    auto const begun = core::begin_epoch(
        {.epochs = storage->epochs(), .signing_keys = storage->signing_keys(), .master_key = key, .random = random},
        {.at     = now,
         .event  = core::AuditEvent::data_restored,
         .detail = "backup of " + moment(backup.manifest().made_at)});
    if (!begun) return std::unexpected(sentence(begun.error(), "the epoch"));
    auto const settled = storage->settle();
    if (!settled) return std::unexpected(sentence(settled.error(), "the database"));
    return {};
}

// The file that will be taken over says so itself, without its WAL.
std::expected<void, Trouble> check_begun(Work const& work, TimePoint now)
{
    auto const           database = work.unpacked / "signet.db";
    auto const           wal      = work.unpacked / "signet.db-wal";
    std::error_code      failed;
    std::uintmax_t const size = is_there(wal) ? fs::file_size(wal, failed) : 0;
    if (failed || size > 0)
        return std::unexpected(fmt::format("{} could not be moved into its database.", wal.string()));
    auto const storage = storage::SqliteStorage::open(database);
    auto const began   = storage->epochs().epoch_began();
    if (!began) return std::unexpected(sentence(began.error(), "the epoch"));
    if (*began == now) return {};
    return std::unexpected(
        fmt::format("{} does not hold what was written to it: the disk has lost something.", database.string()));
}

std::expected<void, Trouble> make_ready(Work const& work, BackupReader& backup)
{
    std::error_code failed;
    fs::remove_all(work.unpacked, failed);  // of a restore that was cut off before it changed anything
    if (!fs::create_directory(work.unpacked, failed))
        return std::unexpected(fmt::format("Cannot make {}: {}.", work.unpacked.string(), failed.message()));
    auto const content = TRY(backup.read_master_key());
    TRY(check_key_place(work, content));
    auto const made = create_private_file(work.unpacked / "master.key", content.reveal());
    if (!made) return std::unexpected(made.error());
    TRY(backup.copy_database(work.unpacked / "signet.db"));
    auto const now = SystemClock{}.now();
    TRY(begin_anew(work, backup, now));
    TRY(check_begun(work, now));
    for (auto const& path : {work.unpacked, work.unpacked / "master.key", work.unpacked / "signet.db"})
        TRY(give_to_owner_of(work.folder, path));
    return synced(work.unpacked);
}

// Moves the data that is there away, all of it to one place: cut off, the next restore goes on where this one was. Only
// once it is together does the place have its own name, so that what is found under it is never added to.
std::expected<void, Trouble> put_aside(Work const& work, fs::path const& restored)
{
    auto const      aside = restored / "aside";
    std::error_code failed;
    fs::create_directory(aside, failed);
    if (failed) return std::unexpected(fmt::format("Cannot make {}: {}.", aside.string(), failed.message()));
    TRY(give_to_owner_of(work.folder, aside));
    for (auto const name : kReplacedFiles)
        if (is_there(work.folder / name)) TRY(move_file(work.folder / name, aside / name));
    TRY(synced(aside));
    TRY(synced(work.folder));
    TRY(move_file(aside, work.beside));
    TRY(synced(restored));
    return synced(work.folder);
}

// What was made ready is in `restored` from here on. Where a restore that was cut off has left one, it stays there all
// the time, with what may have been put aside into it.
std::expected<void, Trouble> take_over(Work const& work, fs::path const& restored)
{
    if (!is_there(restored)) TRY(move_file(work.unpacked, restored));
    for (auto const name : {"master.key", "signet.db"})
        if (is_there(work.unpacked / name)) TRY(move_file(work.unpacked / name, restored / name));
    TRY(synced(restored));
    return synced(work.folder);
}

// To its place, which may be another folder and even another disk; or nowhere, when the same key is there.
std::expected<void, Trouble> install_key(Work const& work, fs::path const& from)
{
    if (is_key_in_folder(work)) return move_file(from, work.key.path);
    if (is_there(work.key.path)) return {};
    auto const content = TRY(read_key_file({from, false}));
    auto const made    = create_private_file(work.key.path, content.reveal());
    if (!made) return std::unexpected(made.error());
    return {};
}

// While "restored" is there, no server starts in this folder (DataFolder::require_whole): being cut off here is loud.
std::expected<void, Trouble> install(Work const& work)
{
    auto const restored = work.folder / "restored";
    TRY(take_over(work, restored));
    if (is_there(restored / "aside") || holds_replaced(work.folder)) TRY(put_aside(work, restored));

    TRY(install_key(work, restored / "master.key"));
    TRY(move_file(restored / "signet.db", work.folder / "signet.db"));
    TRY(synced(work.folder));
    std::error_code failed;
    fs::remove_all(restored, failed);
    if (failed)
        return std::unexpected(
            fmt::format("Everything is in its place, but no server starts before {} is removed, and it cannot be: {}.",
                        restored.string(), failed.message()));
    return synced(work.folder);
}

std::expected<void, Trouble> restore(Work const& work, BackupReader& backup)
{
    auto const     folder = TRY(DataFolder::open(work.folder));
    auto const     lock   = TRY(FolderLock::take(folder.path()));
    Scaffold const scaffold(work);  // not before: another restore may be at work there
    TRY(make_ready(work, backup));
    return install(work);
}

Work plan(Config const& config)
{
    auto const folder = fs::path{config.data};
    auto const stamp =
        fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(static_cast<std::time_t>(unix_seconds(SystemClock{}.now()))));
    return {.folder   = folder,
            .unpacked = folder / "restoring",
            .beside   = unused(folder / ("before-restore-" + stamp)),
            .key      = key_place(key_sources(config), folder),
            .is_new   = !is_there(folder)};
}

void report(RestoreOptions const& options, Work const& work, BackupManifest const& manifest)
{
    if (options.admin.json) {
        json::Object out;
        out.set("data", work.folder.string()).set("made_at", unix_seconds(manifest.made_at));
        fmt::print("{}\n", out.text());
    } else {
        fmt::print("{} holds the data of {} UTC. Everybody signs in again.\n", work.folder.string(),
                   moment(manifest.made_at));
    }
}

}  // namespace

Exit restore_backup(RestoreOptions const& options)
{
    auto const loaded = load_admin_config(options.admin);
    if (!loaded) return loaded.error();
    auto const opener = opener_of(options.with);
    if (!opener) return refuse(options.admin, "invalid_request", opener.error(), kUsage);
    auto backup = BackupReader::open(options.file, *opener);
    if (!backup) return refuse(options.admin, "invalid_backup", backup.error(), kRefused);

    auto const work     = plan(loaded->config);
    bool const occupied = holds_data(work.folder);
    if (occupied && !options.replace)
        return refuse(options.admin, "data_present",
                      fmt::format("There is data in {} already; nothing was changed. With --replace it is moved aside.",
                                  work.folder.string()),
                      kRefused);
    auto const& manifest = backup->manifest();
    auto const  last     = occupied ? fmt::format(kReplaced, work.beside.string()) : std::string{kNothingReplaced};
    auto const  meaning =
        fmt::format(kMeaning, options.file, moment(manifest.made_at), manifest.made_by, work.folder.string(), last);
    auto const consent = require_consent(options.admin, options.yes ? Consent::given : Consent::ask, meaning);
    if (consent != kDone) return consent;

    auto const done = restore(work, *backup);
    if (!done) return refuse(options.admin, "unavailable", done.error(), kUnavailable);
    report(options, work, manifest);
    return kDone;
}

}  // namespace signet::cli
