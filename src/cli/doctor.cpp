#include "cli/doctor.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/json.hpp"
#include "cli/refusals.hpp"
#include "cli/terminal_text.hpp"
#include "storage/sqlite.hpp"

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

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

Finding look_at_clock(Instance* instance)
{
    Times times{.now = SystemClock{}.now(), .synchronised = true, .latest_row = std::nullopt};
    timex state{};
    times.synchronised = adjtimex(&state) != TIME_ERROR;
    if (instance != nullptr) {
        auto const latest = instance->ports().audit.latest(1);
        if (latest && !latest->empty()) times.latest_row = latest->front().at;
    }
    return check_clock(times);
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
    if (files.certificate.empty() && !fs::exists(own / "cert.pem")) return std::nullopt;  // made by the first start
    if (files.certificate.empty()) files = {(own / "cert.pem").string(), (own / "key.pem").string()};
    auto const host = config.issuer.empty() ? config.listen.host : host_of(config.issuer);
    return check_certificate(read_certificate(files, host), host, SystemClock{}.now());
}

Finding look_at_keys(Instance& instance)
{
    auto const keys = instance.keyring().current();
    auto const now  = instance.ports().clock.now();
    auto const used = std::ranges::find(keys->records, keys->signing->kid(), &core::SigningKeyRecord::kid);
    auto const age  = used == keys->records.end() ? std::chrono::milliseconds{} : now - used->active_from;
    return check_key_age(std::chrono::floor<std::chrono::seconds>(age), instance.ports().settings.keys.rotate_every);
}

// What needs the database open: not opened at all while its schema is another, so that nothing is changed by looking.
void look_inside(Config const& config, fs::path const& path, std::vector<Finding>& findings)
{
    try {
        auto const schema = storage::schema_versions(path / "signet.db");
        findings.push_back(check_schema(schema.found, schema.known));
        if (schema.found != schema.known) return;
        auto const folder   = DataFolder::open(path);
        auto const instance = folder ? Instance::open(config, *folder, Instance::Purpose::administering)
                                     : std::unexpected(folder.error());
        if (!instance) {
            findings.push_back(cannot("database", instance.error(), "Nothing starts before this is put right."));
            return;
        }
        findings.push_back(look_at_keys(**instance));
        findings.push_back(look_at_clock(instance->get()));
    } catch (std::runtime_error const& error) {
        findings.push_back(
            cannot("database", fmt::format("{}.", error.what()), "Put back a backup, and keep the broken file."));
    }
}

void look_at_files(Config const& config, fs::path const& folder, std::vector<Finding>& findings)
{
    if (auto const rights = rights_of(folder)) findings.push_back(check_rights("data folder", *rights));
    auto const key = config.master_key.empty() ? folder / "master.key" : fs::path{config.master_key};
    if (auto const rights = rights_of(key)) findings.push_back(check_rights("master key", *rights));
}

std::vector<Finding> look_at_everything(Config const& config, fs::path const& folder)
{
    std::vector<Finding> findings{look_at_memory(config), look_at_descriptors(config)};
    if (!fs::exists(folder)) {
        findings.push_back(cannot("data folder", fmt::format("There is no folder {}.", folder.string()),
                                  "Name it with --data or [server] data; the first start makes it."));
        return findings;
    }
    look_at_files(config, folder, findings);
    findings.push_back(look_at_disk(folder));
    if (auto certificate = look_at_certificate(config, folder)) findings.push_back(*std::move(certificate));
    if (fs::exists(folder / "signet.db")) look_inside(config, folder, findings);
    bool const has_clock = std::ranges::find(findings, std::string_view{"clock"}, &Finding::check) != findings.end();
    if (!has_clock) findings.push_back(look_at_clock(nullptr));
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
