#include "core/result.hpp"

namespace signet::core {

std::string_view name(Errc code)
{
    switch (code) {
        case Errc::bad_credentials:
            return "bad_credentials";
        case Errc::slow_down:
            return "slow_down";
        case Errc::busy:
            return "busy";
        case Errc::email_taken:
            return "email_taken";
        case Errc::invalid_email:
            return "invalid_email";
        case Errc::invalid_name:
            return "invalid_name";
        case Errc::password_too_short:
            return "password_too_short";
        case Errc::password_too_long:
            return "password_too_long";
        case Errc::password_too_common:
            return "password_too_common";
        case Errc::password_is_personal:
            return "password_is_personal";
        case Errc::invalid_grant:
            return "invalid_grant";
        case Errc::invalid_token:
            return "invalid_token";
        case Errc::not_found:
            return "not_found";
        case Errc::invalid_role:
            return "invalid_role";
        case Errc::name_taken:
            return "name_taken";
        case Errc::unsupported_hash:
            return "unsupported_hash";
        case Errc::unavailable:
            return "unavailable";
        case Errc::wrong_master_key:
            return "wrong_master_key";
    }
    return "unknown";
}

}  // namespace signet::core
