// verifier/principal.hpp - the claims of an access token as a Principal. RFC 9068 2.2.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jose/jwt.hpp"
#include "revocation/revocation_set.hpp"
#include "signet/verifier.hpp"

namespace signet {

// What the set of the revoked said of a token, and at which version of it. Thread-safe.
class LastLook {
public:
    LastLook() = default;
    // A look is quickly had again; what it was of is what counts.
    LastLook(LastLook const&) noexcept {}
    LastLook& operator=(LastLook const&) = delete;

    [[nodiscard]] std::optional<revocation::Kind> at(revocation::RevocationSet const& set,
                                                     revocation::TokenKeys const&     keys) const
    {
        auto const version = set.version();  // before the look: what is added meanwhile asks for another
        auto const last    = last_.load(std::memory_order_relaxed);
        if (last / kAnswers == version) return answer(last % kAnswers);
        auto const found = set.find(keys);
        last_.store(version * kAnswers + (found ? static_cast<std::uint64_t>(*found) + 1 : 0),
                    std::memory_order_relaxed);
        return found;
    }

private:
    static constexpr std::uint64_t kAnswers = 8;  // none, and six kinds

    static std::optional<revocation::Kind> answer(std::uint64_t number)
    {
        if (number == 0) return std::nullopt;
        return static_cast<revocation::Kind>(number - 1);
    }

    mutable std::atomic<std::uint64_t> last_{0};  // no version is 0
};

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
    revocation::TokenKeys    keys;
    LastLook                 last_look;
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
