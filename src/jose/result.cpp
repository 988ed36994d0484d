#include "jose/result.hpp"

namespace jose {

std::string_view name(Errc code)
{
    switch (code) {
        case Errc::token_too_large:
            return "token_too_large";
        case Errc::malformed_token:
            return "malformed_token";
        case Errc::malformed_header:
            return "malformed_header";
        case Errc::malformed_claims:
            return "malformed_claims";
        case Errc::unsupported_critical:
            return "unsupported_critical";
        case Errc::algorithm_not_allowed:
            return "algorithm_not_allowed";
        case Errc::algorithm_mismatch:
            return "algorithm_mismatch";
        case Errc::unknown_key:
            return "unknown_key";
        case Errc::bad_signature:
            return "bad_signature";
        case Errc::type_mismatch:
            return "type_mismatch";
        case Errc::missing_claim:
            return "missing_claim";
        case Errc::wrong_claim_type:
            return "wrong_claim_type";
        case Errc::issuer_mismatch:
            return "issuer_mismatch";
        case Errc::audience_mismatch:
            return "audience_mismatch";
        case Errc::expired:
            return "expired";
        case Errc::not_yet_valid:
            return "not_yet_valid";
        case Errc::issued_in_the_future:
            return "issued_in_the_future";
        case Errc::malformed_key:
            return "malformed_key";
        case Errc::weak_key:
            return "weak_key";
        case Errc::unsupported_key:
            return "unsupported_key";
        case Errc::key_not_for_this_use:
            return "key_not_for_this_use";
        case Errc::duplicate_kid:
            return "duplicate_kid";
        case Errc::contradictory_policy:
            return "contradictory_policy";
        case Errc::encryption_not_allowed:
            return "encryption_not_allowed";
        case Errc::decryption_failed:
            return "decryption_failed";
        case Errc::out_of_memory:
            return "out_of_memory";
    }
    return "unknown";
}

}  // namespace jose
