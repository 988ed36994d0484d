// cli/audit.hpp - `signet audit …`: what happened, and whether the log of it can be believed.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "cli/administration.hpp"

namespace signet::cli {

struct AuditOptions {
    AdminOptions admin;
    std::string  since;  // "24h", "2026-11-20", "2026-11-20T08:00:00Z"; empty: from the beginning
    std::string  event;  // "login_refused", …; empty: all
    std::string  user;   // an e-mail address or an id; empty: all
    std::string  head;   // verify: one that was kept
};

[[nodiscard]] Exit verify_audit(AuditOptions const& options);
[[nodiscard]] Exit list_audit(AuditOptions const& options);
// Until it is stopped, or its reader has gone.
[[nodiscard]] Exit follow_audit(AuditOptions const& options);

// So long ago, or a day or a moment in UTC.
[[nodiscard]] std::optional<TimePoint> parse_since(std::string_view text, TimePoint now);

}  // namespace signet::cli
