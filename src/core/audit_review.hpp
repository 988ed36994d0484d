// core/audit_review.hpp - the audit log as those read it who ask what happened, and whether the log can be believed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "core/audit.hpp"
#include "core/audit_chain.hpp"

namespace signet::core {

// Which rows; what is not given does not matter.
struct AuditQuery {
    std::int64_t              after = 0;  // rows behind this one
    std::optional<TimePoint>  since = std::nullopt;
    std::optional<AuditEvent> event = std::nullopt;
    std::optional<UserId>     user  = std::nullopt;
    std::size_t               most  = 500;
};

enum class AuditFault : std::uint8_t {
    altered,            // the row, or its link, is not what was written
    missing,            // rows between this one and the one before are not there
    foreign,            // a row where all had been removed
    removed_by_others,  // the beginning is not where this program left it, or the chain's key is not the one it had
    cut,                // the log ends before the head that was kept
    other_log,          // the row of the head is there with another link
};
// "altered" for AuditFault::altered, and so on.
[[nodiscard]] std::string_view name(AuditFault fault);

struct AuditVerdict {
    struct Bad {
        std::int64_t row;
        AuditFault   fault;
    };

    // The row that says that all rows before it were there when the log became a chain.
    struct Begun {
        std::int64_t row;
        std::int64_t at;  // Unix milliseconds
    };

    std::int64_t         rows            = 0;                  // found good, one after the other
    std::int64_t         first           = 0;                  // of those there are; 0: none
    AuditHead            head            = empty_audit_log();  // of the last good row
    std::optional<Bad>   bad             = std::nullopt;       // the first row that is not
    std::optional<Begun> begun           = std::nullopt;
    // The head that was given is older than what is still kept, so it can show nothing.
    bool                 head_is_too_old = false;
};

class AuditReview {
public:
    virtual ~AuditReview() = default;

    // Oldest first.
    [[nodiscard]] virtual Result<std::vector<AuditRow>> list(AuditQuery const& query)                = 0;
    // The latest head, without looking at the rows before.
    [[nodiscard]] virtual Result<AuditHead>             head()                                       = 0;
    // Reads every row, of one moment; the first that is not as it was written ends it. `kept` is a head from before.
    [[nodiscard]] virtual Result<AuditVerdict>          verify(std::optional<AuditHead> const& kept) = 0;
};

}  // namespace signet::core
