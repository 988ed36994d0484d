// cli/doctor.hpp - `signet doctor`: what will trouble a server, found before it does.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/administration.hpp"
#include "cli/certificate_file.hpp"
#include "core/receivers.hpp"

namespace signet::cli {

enum class Health : std::uint8_t { good, warning, problem };

struct Finding {
    std::string_view check;  // "disk", "clock", …
    Health           health;
    std::string      said;         // one sentence
    std::string      advice = {};  // what to do; empty when it is good
};

// Prints a line for each check. Exit status 1 when there is a problem; warnings alone are 0.
[[nodiscard]] Exit examine(AdminOptions const& options);

// ---- each check by itself, of what was measured ----

struct Disk {
    std::uint64_t free_bytes;
    std::uint64_t total_bytes;
    std::uint64_t free_files;
};
[[nodiscard]] Finding check_disk(Disk const& disk);

struct Times {
    TimePoint                now;
    bool                     synchronised;  // as the kernel says
    std::optional<TimePoint> latest_row;    // of the audit log
};
[[nodiscard]] Finding check_clock(Times const& times);

// `budget` and `limit` in MiB: for hashes, and what this process may have in all.
[[nodiscard]] Finding check_memory(std::uint64_t budget, std::uint64_t limit);
[[nodiscard]] Finding check_descriptors(std::uint64_t limit, std::uint64_t connections);
[[nodiscard]] Finding check_certificate(std::expected<CertificateFacts, std::string> const& facts,
                                        std::string const& host, TimePoint now);
[[nodiscard]] Finding check_schema(std::int64_t found, std::int64_t known);
// The age of the key that signs, and how often it should change. `check`: "signing key", "feed key".
[[nodiscard]] Finding check_key_age(std::string_view check, std::chrono::seconds age,
                                    std::chrono::seconds rotate_every);
// Those that security events are pushed to; at least one.
[[nodiscard]] Finding check_receivers(std::span<core::Receiver const> receivers);
// `mode` of the file or folder `path`, `owner` its user; `self` is who asks.
struct Rights {
    std::string   path;
    std::uint32_t mode;
    std::uint32_t owner;
    std::uint32_t self;
};
[[nodiscard]] Finding check_rights(std::string_view check, Rights const& rights);

}  // namespace signet::cli
