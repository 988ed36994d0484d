// What doctor makes of what it measured: the limits, and what to do about each finding.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/config_values.hpp"
#include "cli/doctor.hpp"
#include "cli/process.hpp"
#include "cli/receiver.hpp"
#include "cli/terminal_text.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMiB            = 1024UL * 1024;
constexpr std::uint64_t kTightDisk      = 1024;  // MiB
constexpr std::uint64_t kFullDisk       = 100;
constexpr std::uint64_t kTightFiles     = 1000;
constexpr auto          kClockMayDiffer = 1min;
constexpr auto          kRenewBefore    = 14 * 24h;
constexpr auto          kKeyMayBeLate   = 24h;

std::string day(TimePoint at)
{
    return fmt::format("{:%Y-%m-%d %H:%M}", fmt::gmtime(static_cast<std::time_t>(unix_seconds(at))));
}

std::string days(std::chrono::seconds time)
{
    return fmt::format("{} days", std::chrono::floor<std::chrono::days>(time).count());
}

}  // namespace

Finding check_disk(Disk const& disk)
{
    auto const free = disk.free_bytes / kMiB;
    auto const said = fmt::format("{} MiB of {} are free for the data folder.", free, disk.total_bytes / kMiB);
    auto const what = "Make room or move [server] data: when the disk is full nobody can sign in.";
    if (free < kFullDisk) return {"disk", Health::problem, said, what};
    if (disk.free_files < kTightFiles)
        return {"disk", Health::warning,
                fmt::format("{} more files fit on the disk of the data folder.", disk.free_files),
                "Make room: SQLite makes files beside the database."};
    if (free < kTightDisk) return {"disk", Health::warning, said, what};
    return {"disk", Health::good, said};
}

Finding check_clock(Times const& times)
{
    auto const ahead = times.latest_row.value_or(TimePoint{}) - times.now;
    if (ahead > kClockMayDiffer)
        return {"clock", Health::problem,
                fmt::format("It is {} UTC here, but the audit log has a row of {}.", day(times.now),
                            day(*times.latest_row)),
                "Set the clock. If it was ahead before and is right now, tokens of that time are good for longer."};
    if (!times.synchronised)
        return {
            "clock", Health::warning, fmt::format("It is {} UTC here; no time server is followed.", day(times.now)),
            "Run chrony or systemd-timesyncd: tokens expire by the clock, and other servers compare it with theirs."};
    return {"clock", Health::good, fmt::format("It is {} UTC here.", day(times.now))};
}

Finding check_memory(std::uint64_t budget, std::uint64_t limit)
{
    auto const said = fmt::format("Password hashes may take {} MiB of the {} this process may have.", budget, limit);
    auto const what = "Lower [passwords] memory_budget_mib, or give the server more memory.";
    if (budget >= limit) return {"memory", Health::problem, said, what};
    if (budget > limit / 2) return {"memory", Health::warning, said, what};
    return {"memory", Health::good, said};
}

Finding check_descriptors(std::uint64_t limit, std::uint64_t connections)
{
    auto const said = fmt::format("{} descriptors may be open, for [server] connections = {}.", limit, connections);
    if (limit < connections + kOtherDescriptors)
        return {"descriptors", Health::warning, said,
                fmt::format("Allow {} (LimitNOFILE= of systemd, ulimit -n), or lower [server] connections.",
                            connections + kOtherDescriptors)};
    return {"descriptors", Health::good, said};
}

Finding check_certificate(std::expected<CertificateFacts, std::string> const& facts, std::string const& host,
                          TimePoint now)
{
    auto const problem = [](std::string said, std::string advice) {
        return Finding{"certificate", Health::problem, std::move(said), std::move(advice)};
    };
    if (!facts) return problem(facts.error(), "Put the pair in place; a running server keeps the old one until then.");
    if (!facts->fits_key)
        return problem("The private key does not belong to the certificate.",
                       "Put both files of one renewal in place.");
    if (now < facts->not_before)
        return problem(fmt::format("The certificate is not valid before {} UTC.", day(facts->not_before)),
                       "Look at the clock, then at whoever made the certificate.");
    if (now >= facts->not_after)
        return problem(fmt::format("The certificate expired at {} UTC.", day(facts->not_after)),
                       "Renew it: the server takes a new pair by itself within seconds.");
    if (!facts->fits_host)
        return {"certificate", Health::warning, fmt::format("The certificate does not name {}.", host),
                "Have one made for the host of [server] issuer, unless a proxy stands before the server."};
    auto const said = fmt::format("The certificate is valid until {} UTC.", day(facts->not_after));
    if (facts->not_after - now < kRenewBefore)
        return {"certificate", Health::warning, said, "Renew it; if something should have by now, look there."};
    return {"certificate", Health::good, said};
}

Finding check_schema(std::int64_t found, std::int64_t known)
{
    auto const said = fmt::format("The database has schema {}; this program knows {}.", found, known);
    if (found > known)
        return {"schema", Health::problem, said, "Run the newer Signet that wrote it, or put back an older backup."};
    if (found < known)
        return {"schema", Health::warning, said, "The next start brings it up to date; make a backup before."};
    return {"schema", Health::good, said};
}

Finding check_key_age(std::string_view check, std::chrono::seconds age, std::chrono::seconds rotate_every)
{
    auto const said =
        fmt::format("The {} is {} old; [keys] rotate_every is {}.", check, days(age), format_duration(rotate_every));
    if (age > rotate_every + kKeyMayBeLate)
        return {check, Health::warning, said,
                "A running server rotates by itself: look for \"maintenance fails\" in its log."};
    return {check, Health::good, said};
}

Finding check_receivers(std::span<core::Receiver const> receivers)
{
    std::vector<std::string> failing;
    for (auto const& receiver : receivers)
        if (state_of(receiver) == ReceiverState::failing)
            failing.push_back(
                fmt::format("{} ({} pending: {})", receiver.name, receiver.pending, for_terminal(receiver.error)));
    if (failing.empty())
        return {"receivers", Health::good,
                fmt::format("None of {} receivers of security events fails.", receivers.size())};
    return {
        "receivers", Health::warning,
        fmt::format("Of {} receivers of security events, these fail: {}.", receivers.size(), fmt::join(failing, "; ")),
        "Events are kept for [events] keep. Put the receiver right, or run: signet receiver remove NAME"};
}

Finding check_rights(std::string_view check, Rights const& rights)
{
    if ((rights.mode & 0077) != 0)
        return {check, Health::problem,
                fmt::format("Other users may use {} (mode {:04o}).", rights.path, rights.mode & 07777),
                fmt::format("Run: chmod go= {}", rights.path)};
    if (rights.owner != rights.self && rights.self != 0)
        return {check, Health::problem, fmt::format("{} belongs to another user.", rights.path),
                "Run the server and its verbs as the user that owns the data."};
    return {check, Health::good, fmt::format("Only its owner may use {}.", rights.path)};
}

}  // namespace signet::cli
