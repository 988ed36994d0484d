#include "core/session.hpp"

namespace signet::core {

std::string_view name(EndReason reason)
{
    switch (reason) {
        case EndReason::signed_out:
            return "signed_out";
        case EndReason::signed_out_everywhere:
            return "signed_out_everywhere";
        case EndReason::ended_by_owner:
            return "ended_by_owner";
        case EndReason::ended_by_operator:
            return "ended_by_operator";
        case EndReason::password_changed:
            return "password_changed";
        case EndReason::account_disabled:
            return "account_disabled";
        case EndReason::refresh_reuse:
            return "refresh_reuse";
        case EndReason::replays_elsewhere:
            return "replays_elsewhere";
        case EndReason::too_many:
            return "too_many";
        case EndReason::new_epoch:
            return "new_epoch";
    }
    return "unknown";
}

std::optional<EndReason> find_end_reason(std::string_view text)
{
    for (auto reason = EndReason::signed_out; reason <= EndReason::new_epoch;
         reason      = static_cast<EndReason>(static_cast<int>(reason) + 1))
        if (name(reason) == text) return reason;
    return std::nullopt;
}

}  // namespace signet::core
