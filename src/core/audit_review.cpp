#include "core/audit_review.hpp"

namespace signet::core {

std::string_view name(AuditFault fault)
{
    switch (fault) {
        case AuditFault::altered:
            return "altered";
        case AuditFault::missing:
            return "missing";
        case AuditFault::foreign:
            return "foreign";
        case AuditFault::removed_by_others:
            return "removed_by_others";
        case AuditFault::cut:
            return "cut";
        case AuditFault::other_log:
            return "other_log";
    }
    return "unknown";
}

}  // namespace signet::core
