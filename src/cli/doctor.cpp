#include "cli/doctor.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <ranges>
#include <stdexcept>

#include "base/json.hpp"
#include "cli/folder_lock.hpp"
#include "cli/refusals.hpp"
#include "cli/terminal_text.hpp"
#include "core/keyring.hpp"
#include "core/master_key_change.hpp"
#include "storage/sqlite.hpp"

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

constexpr auto kNothingStarts = "Nothing starts before this is put right.";
constexpr auto kRunAsRoot     = "Run it as root, or as the user that may read the data and the master key.";

std::string_view name(Health health)
{
    if (health == Health::good) return "good";
    return health == Health::warning ? "warning" : "problem";
}

Finding cannot(std::string_view check, std::string said, std::string advice)
{
    return {check, Health::problem, std::move(said), std::move(advice)};
}

std::optional<Rights> rights_of(fs::path const& path)
{
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) return std::nullopt;
    return Rights{.path = path.string(), .mode = status.st_mode, .owner = status.st_uid, .self = geteuid()};
}

Finding look_at_disk(fs::path const& folder)
{
    struct statvfs disk{};
    if (statvfs(folder.c_str(), &disk) != 0)
        return cannot("disk", fmt::format("The disk of {} cannot be looked at.", folder.string()),
                      "Mount it, or correct [server] data.");
    // A file system that counts no files has room for any.
    auto const files = disk.f_files == 0 ? UINT64_MAX : std::uint64_t{disk.f_favail};
    return check_disk({.free_bytes  = std::uint64_t{disk.f_bavail} * disk.f_frsize,
                       .total_bytes = std::uint64_t{disk.f_blocks} * disk.f_frsize,
                       .free_files  = files});
}

// The smallest of the memory limits of this process' control group and those above it; cgroup v2.
std::uint64_t control_group_bytes()
{
    std::ifstream groups("/proc/self/cgroup");
    std::string   line;
    while (std::getline(groups, line) && !line.starts_with("0::")) line.clear();
    auto     least = UINT64_MAX;
    fs::path group = line.size() > 3 ? line.substr(3) : "/";
    for (; !group.empty(); group = group == group.parent_path() ? fs::path{} : group.parent_path()) {
        std::ifstream file("/sys/fs/cgroup" + (group / "memory.max").string());
        std::uint64_t bytes = 0;
        if (file >> bytes) least = std::min(least, bytes);  // "max" is no number
    }
    return least;
}

Finding look_at_memory(Config const& config)
{
    struct sysinfo machine{};
    sysinfo(&machine);
    auto const bytes = std::min(control_group_bytes(), std::uint64_t{machine.totalram} * machine.mem_unit);
    return check_memory(config.rules.passwords.memory_budget_mib, bytes / 1024 / 1024);
}

Finding look_at_descriptors(Config const& config)
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return check_descriptors(limit.rlim_max, config.connections);
}

// `latest_row` of the audit log, where that was read.
Finding look_at_clock(std::optional<TimePoint> latest_row)
{
    timex      state{};
    bool const synchronised = adjtimex(&state) != TIME_ERROR;
    return check_clock({.now = SystemClock{}.now(), .synchronised = synchronised, .latest_row = latest_row});
}

std::string host_of(std::string const& issuer)
{
    auto host =
        issuer.substr(std::min(issuer.size(), issuer.find("://") == std::string::npos ? 0 : issuer.find("://") + 3));
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find_first_of(":/"));
}

std::optional<Finding> look_at_certificate(Config const& config, fs::path const& folder)
{
    if (config.plain_http) return std::nullopt;
    CertificateFiles files{.certificate = config.certificate, .private_key = config.private_key};
    auto const       own = folder / "tls";
    std::error_code  ignored;  // what cannot be looked at in the data folder is told for all of it
    if (files.certificate.empty() && !fs::exists(own / "cert.pem", ignored)) return std::nullopt;  // the first start's
    if (files.certificate.empty()) files = {(own / "cert.pem").string(), (own / "key.pem").string()};
    auto const host = config.issuer.empty() ? config.listen.host : host_of(config.issuer);
    return check_certificate(read_certificate(files, host), host, SystemClock{}.now());
}

std::string_view check_of(core::KeyPurpose purpose)
{
    switch (purpose) {
        case core::KeyPurpose::access_token:
            return "signing key";
        case core::KeyPurpose::revocation_feed:
            return "feed key";
        case core::KeyPurpose::security_events:
            return "event key";
    }
    return "signing key";
}

// The age of the key that signs; nothing while there is none.
std::optional<Finding> look_at_key(Config const& config, core::SigningKeyStore& keys, core::KeyPurpose purpose)
{
    auto const now   = SystemClock{}.now();
    auto const check = check_of(purpose);
    auto       all   = keys.list_keys(now);
    if (!all) return cannot(check, sentence(all.error(), "the signing keys"), kNothingStarts);
    auto const records      = core::of_purpose(*std::move(all), purpose);
    auto const newest_first = records | std::views::reverse;
    auto const used         = std::ranges::find_if(newest_first, [&](core::SigningKeyRecord const& key) {
        return key.active_from <= now && (!key.retired_at || now < *key.retired_at);
    });
    if (used == newest_first.end()) return std::nullopt;
    return check_key_age(check, std::chrono::floor<std::chrono::seconds>(now - used->active_from),
                         config.rules.keys.rotate_every);
}

// Nothing where there is none.
std::optional<Finding> look_at_receivers(core::ReceiverStore& store)
{
    auto const receivers = store.list_receivers();
    if (!receivers) return cannot("receivers", sentence(receivers.error(), "the receivers"), kNothingStarts);
    if (receivers->empty()) return std::nullopt;
    return check_receivers(*receivers);
}

// What a start would find, without what it would change: no key is made, no row linked.
std::expected<std::unique_ptr<storage::SqliteStorage>, Trouble> open_to_look(KeyPlace const&   place,
                                                                             DataFolder const& folder)
{
    TRY(folder.require_whole());
    auto const key = TRY(parse_key_file(place));
    TRY(folder.become_owner());
    auto       storage = storage::SqliteStorage::open(folder.database());
    auto const opens   = core::opens_everything(storage->sealed(), key);
    if (!opens) return std::unexpected(sentence(opens.error(), "the keys"));
    if (*opens) return storage;
    return std::unexpected(fmt::format(
        "The master key {} does not open the signing keys in {}. Put back the one that belongs to it, or run "
        "\"signet keys rewrap\" again if that was cut off.",
        place.path.string(), folder.database().string()));
}

// What needs the database open: not opened at all while its schema is another, so that nothing is changed by looking.
// Gives the time of the latest audit row.
std::optional<TimePoint> look_inside(Config const& config, DataFolder const& folder, std::vector<Finding>& findings)
{
    auto const place = key_place(key_sources(config), folder.path());
    if (access(place.path.c_str(), R_OK) != 0 && errno == EACCES) {
        findings.push_back({"database", Health::warning,
                            fmt::format("The database was not looked at: this user may not read the master key {}.",
                                        place.path.string()),
                            kRunAsRoot});
        return std::nullopt;
    }
    auto const no_start = [&](Trouble const& trouble) {
        findings.push_back(cannot("database", trouble, kNothingStarts));
        return std::nullopt;
    };
    auto const lock = FolderLock::share(folder.path());
    if (!lock) return no_start(lock.error());
    try {
        auto const schema = storage::schema_versions(folder.database());
        findings.push_back(check_schema(schema.found, schema.known));
        if (schema.found != schema.known) return std::nullopt;
        auto const storage = open_to_look(place, folder);
        if (!storage) return no_start(storage.error());
        for (auto const purpose : core::kKeyPurposes)
            if (auto key = look_at_key(config, (*storage)->signing_keys(), purpose))
                findings.push_back(*std::move(key));
        if (auto receivers = look_at_receivers((*storage)->receivers())) findings.push_back(*std::move(receivers));
        auto const latest = (*storage)->audit().latest(1);
        return latest && !latest->empty() ? std::optional{latest->front().at} : std::nullopt;
    } catch (std::runtime_error const& error) {
        findings.push_back(
            cannot("database", fmt::format("{}.", error.what()), "Put back a backup, and keep the broken file."));
        return std::nullopt;
    }
}

void look_at_files(Config const& config, fs::path const& folder, std::vector<Finding>& findings)
{
    if (auto const rights = rights_of(folder)) findings.push_back(check_rights("data folder", *rights));
    bool const inside = config.master_key.empty();
    auto       rights = rights_of(inside ? folder / "master.key" : fs::path{config.master_key});
    // systemd hands a service its copy of root's file (LoadCredential).
    if (rights && !inside && rights->owner == 0) rights->self = rights->owner;
    if (rights) findings.push_back(check_rights("master key", *rights));
}

// Whether it is there; a finding when that cannot be seen.
std::expected<bool, Finding> is_there(std::string_view check, fs::path const& path)
{
    std::error_code failed;
    bool const      found = fs::exists(path, failed);
    if (!failed) return found;
    return std::unexpected(
        cannot(check, fmt::format("{} cannot be looked at: {}.", path.string(), failed.message()), kRunAsRoot));
}

std::vector<Finding> look_at_everything(Config const& config, fs::path const& folder)
{
    std::vector<Finding> findings{look_at_memory(config), look_at_descriptors(config)};
    auto const           has_folder = is_there("data folder", folder);
    if (!has_folder || !*has_folder) {
        findings.push_back(has_folder ? cannot("data folder", fmt::format("There is no folder {}.", folder.string()),
                                               "Name it with --data or [server] data; the first start makes it.")
                                      : has_folder.error());
        return findings;
    }
    look_at_files(config, folder, findings);
    findings.push_back(look_at_disk(folder));
    if (auto certificate = look_at_certificate(config, folder)) findings.push_back(*std::move(certificate));
    std::optional<TimePoint> latest_row;
    auto const               has_database = is_there("database", folder / "signet.db");
    if (!has_database) findings.push_back(has_database.error());
    if (has_database && *has_database) latest_row = look_inside(config, DataFolder::look(folder), findings);
    findings.push_back(look_at_clock(latest_row));
    return findings;
}

void print(Finding const& finding, bool as_json)
{
    if (as_json) {
        json::Object out;
        out.set("check", finding.check).set("health", name(finding.health)).set("said", finding.said);
        if (!finding.advice.empty()) out.set("advice", finding.advice);
        fmt::print("{}\n", out.text());
        return;
    }
    fmt::print("{:<8} {:<12} {}\n", name(finding.health), finding.check, for_terminal(finding.said));
    if (!finding.advice.empty()) fmt::print("{:<21} {}\n", "", for_terminal(finding.advice));
}

}  // namespace

Exit examine(AdminOptions const& options)
{
    auto const loaded = load_admin_config(options);
    if (!loaded) return loaded.error();
    auto const findings = look_at_everything(loaded->config, find_data(*loaded));
    for (auto const& finding : findings) print(finding, options.json);
    bool const ill = std::ranges::find(findings, Health::problem, &Finding::health) != findings.end();
    return ill ? kRefused : kDone;
}

}  // namespace signet::cli
