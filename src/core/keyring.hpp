// core/keyring.hpp - the signing keys of one purpose: made at first start, rotated by themselves.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/master_key.hpp"
#include "core/ports.hpp"
#include "core/settings.hpp"
#include "jose/key_set.hpp"

namespace signet::core {

// What one moment's keys are. Immutable.
struct Keys {
    std::shared_ptr<jose::SigningKey const> signing;    // the key that signs now
    jose::KeySet                            published;  // verifies; includes the next and the recently retired keys
    std::string                             jwks;       // the published set as JSON; "" for a symmetric algorithm
    std::vector<SigningKeyRecord>           records;    // oldest active_from first
    std::chrono::seconds                    longest_token_life;  // of all that they signed and that may still be about
    std::uint64_t                           generation = 1;      // grows with every change
};

// The key that signs last of all: the one added last, also when it overtook another that still waits. `records` is not
// empty.
[[nodiscard]] SigningKeyRecord const& find_latest(std::span<SigningKeyRecord const> records);

// Those of one purpose.
[[nodiscard]] std::vector<SigningKeyRecord> of_purpose(std::vector<SigningKeyRecord> records, KeyPurpose purpose);

// What a sealed signing key is bound to.
[[nodiscard]] std::string sealing_context(std::string_view purpose, std::string_view kid);

struct NewSigningKey {
    KeyPurpose           purpose = KeyPurpose::access_token;
    jose::Algorithm      algorithm;
    TimePoint            created_at;
    TimePoint            active_from;
    std::chrono::seconds token_life;  // of the tokens it will sign; 0: not known yet
};

// What signs the feed: each of its messages is checked by every verifier. And for how long one may be on its way.
inline constexpr auto                 kFeedAlgorithm   = jose::Algorithm::eddsa;
inline constexpr std::chrono::seconds kFeedMessageLife = std::chrono::minutes{10};

// What signs security events: the one algorithm that every receiver must know (CAEP Interoperability Profile 1.0, 2.6),
// of 2048 bits. And for how long a receiver may have one that it has not looked at yet.
inline constexpr auto                 kEventAlgorithm = jose::Algorithm::rs256;
inline constexpr std::chrono::seconds kEventTokenLife = std::chrono::hours{24};

// A new key, sealed.
[[nodiscard]] Result<SigningKeyRecord> make_signing_key(NewSigningKey const& wanted, MasterKey const& master_key,
                                                        Random& random);

// Thread-safe. current() costs one short lock and a shared pointer's copy.
class Keyring {
public:
    Keyring(SigningKeyStore& store, MasterKey const& master_key, Settings const& settings, Clock const& clock,
            Random& random, KeyPurpose purpose = KeyPurpose::access_token);

    // Opens what storage holds; makes the first key when there is none at all. Errc::wrong_master_key when a key does
    // not open: then nothing is made. When the algorithm of its purpose is no longer that of the key in use, a key of
    // the new one signs from now on. Call once before use. Where access_lifetime is 0 the caller signs no tokens.
    // Security events have no key before provide(): most servers tell nobody, and to make one costs time.
    [[nodiscard]] Result<void>        load();
    // Makes the first key when there is none at all.
    [[nodiscard]] Result<void>        provide();
    // Takes over what another process changed, lets due keys become active, and adds the next key when it is time.
    // Call every second.
    [[nodiscard]] Result<void>        maintain();
    // Makes a new key that signs at once; the old one stays published until its last token has expired.
    [[nodiscard]] Result<std::string> rotate_now();
    // Takes the key out of the set, for the day it may have leaked: no token it signed is accepted any more. A new key
    // signs at once when it was the signing one, and takes its turn, published ahead, when it was the next. Gives the
    // kid of that one; "" when none was needed. Errc::not_found, also for a key of another purpose.
    [[nodiscard]] Result<std::string> revoke(std::string_view kid);

    // Null before load(); of security events, before provide().
    [[nodiscard]] std::shared_ptr<Keys const> current() const;

private:
    [[nodiscard]] bool                                  is_made_when_wanted() const;
    [[nodiscard]] jose::Algorithm                       algorithm() const;
    [[nodiscard]] std::chrono::seconds                  token_life() const;
    [[nodiscard]] Result<std::vector<SigningKeyRecord>> list(TimePoint now);
    [[nodiscard]] Result<void>                          reload();
    [[nodiscard]] Result<SigningKeyRecord>              make(TimePoint now, TimePoint active_from);
    // The new key's kid; nullopt when another process was first.
    [[nodiscard]] Result<std::optional<std::string>>    add(TimePoint                active_from,
                                                            std::optional<TimePoint> unless_newer_than, AuditEvent event);

    SigningKeyStore& store_;
    MasterKey const& master_key_;
    Settings const&  settings_;
    Clock const&     clock_;
    Random&          random_;
    KeyPurpose       purpose_;

    std::mutex                  reloading_;  // from what storage holds to what is current
    mutable std::mutex          mutex_;
    std::shared_ptr<Keys const> current_;
};

}  // namespace signet::core
