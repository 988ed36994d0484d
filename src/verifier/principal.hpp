// verifier/principal.hpp - the claims of an access token as a Principal. RFC 9068 2.2.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jose/jwt.hpp"
#include "signet/verifier.hpp"

namespace signet {

struct Principal::Facts {
    std::string              user_id;
    std::string              session_id;
    std::string              email;
    std::string              name;
    std::vector<std::string> roles;
    std::vector<std::string> scopes;
    std::string              client_id;
    std::string              token_id;
    std::string              key_id;
    jose::Algorithm          algorithm{};
    jose::Time               issued_at;
    jose::Time               expires_at;
};

// The only maker of a Principal.
struct PrincipalAccess {
    using Facts = Principal::Facts;

    enum class Seen { now, before };

    static Principal make(std::shared_ptr<Facts const> facts, Seen seen)
    {
        return {std::move(facts), seen == Seen::before};
    }
};

// `key_id` is that of the key which checked the signature: in a set of one key the
// token's "kid" may be another (jose/key_set.hpp).
// Errc::missing_claim without sub, client_id, iat, exp, or jti (CHECKS A35);
// Errc::wrong_claim_type when a claim that is read has another type than it must.
[[nodiscard]] jose::Result<std::shared_ptr<PrincipalAccess::Facts const>> read_facts(jose::VerifiedToken const& token,
                                                                                     std::string_view           key_id);

}  // namespace signet
