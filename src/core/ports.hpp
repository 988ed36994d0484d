// core/ports.hpp - what the rules need from outside.
//
// A store method is a deed, and a deed is one transaction, durable before it
// returns: it rechecks what must still hold, writes its own audit rows and what
// it revokes into the revocation log, and gives the latter. Every method may give
// Errc::unavailable besides what it names. All are thread-safe.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "core/audit.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/revocation.hpp"
#include "core/session.hpp"
#include "core/signing_key_record.hpp"
#include "core/throttle.hpp"
#include "core/user.hpp"

namespace signet::core {

class UserStore {
public:
    virtual ~UserStore() = default;

    // Errc::email_taken.
    [[nodiscard]] virtual Result<void> add_user(User const& user, AuditEntry const& audit) = 0;

    [[nodiscard]] virtual Result<std::optional<User>> find_user(Email const& email)                        = 0;
    [[nodiscard]] virtual Result<std::optional<User>> find_user(UserId id)                                 = 0;
    // In order of e-mail key, those after `after`.
    [[nodiscard]] virtual Result<std::vector<User>>   list_users(std::string_view after, std::size_t most) = 0;

    // Replaces the hash only while it still is `expected`; otherwise does nothing.
    [[nodiscard]] virtual Result<void>    upgrade_password_hash(UserId id, PasswordHash const& expected,
                                                                PasswordHash const& replacement,
                                                                AuditEntry const&   audit)                          = 0;
    // Sets the hash and ends the user's live sessions, all but `keep`. With `expected`, only while the hash still is
    // that (else Errc::bad_credentials); without, an operator does it, and the account's attempt counters go as well.
    // Errc::not_found. Revokes the ended sessions.
    [[nodiscard]] virtual Result<Revoked> change_password(UserId id, std::optional<PasswordHash> const& expected,
                                                          PasswordHash const&      replacement,
                                                          std::optional<SessionId> keep, AuditEntry const& audit) = 0;

    // Ends the user's live sessions, and revokes them and the user. Disabling twice changes nothing. Errc::not_found.
    [[nodiscard]] virtual Result<Revoked> disable_user(UserId id, AuditEntry const& audit) = 0;
    // The account's attempt counters go as well, also when it was not disabled. Errc::not_found.
    [[nodiscard]] virtual Result<void>    enable_user(UserId id, AuditEntry const& audit)  = 0;
};

struct SessionAndUser {
    Session session;
    User    user;
};

struct SessionRotation {
    SessionId     id;
    std::uint64_t from_generation;
    TimePoint     at;
    TimePoint     idle_expires_at;
    Origin        origin;
};

// Whether a session has a place in the status lists.
enum class StatusListing : std::uint8_t { none, next_index };

// A session for a password that was just found right.
struct SessionOpening {
    Session const&              session;  // its status_index is the store's to give
    PasswordHash const&         verified_against;
    std::span<AttemptKey const> admitted;  // the counters this sign-in was counted against
    StatusListing               listing = StatusListing::none;
};

struct OpenedSession {
    std::optional<StatusIndex> status_index;
    Revoked                    revoked;
};

class SessionStore {
public:
    virtual ~SessionStore() = default;

    // Errc::bad_credentials when the account has meanwhile been disabled or its hash is no longer the one that was
    // verified against. The sign-in's own count is taken back, and failures of the same source or device are forgotten,
    // at the account and at the address too. With StatusListing::next_index the session has the next one, without gaps.
    // Ends, and revokes, the user's least recently used sessions beyond kMostSessions.
    [[nodiscard]] virtual Result<OpenedSession> open_session(SessionOpening const& opening,
                                                             AuditEntry const&     audit) = 0;

    [[nodiscard]] virtual Result<std::optional<SessionAndUser>> find_session(SessionId id) = 0;

    // One conditional statement: true when this call moved the session on, false when it was no longer live and at
    // `from_generation`.
    [[nodiscard]] virtual Result<bool> rotate_session(SessionRotation const& rotation) = 0;

    // Counts a replay from elsewhere for this generation (once per generation; a gap starts again at 1) and gives the
    // count.
    [[nodiscard]] virtual Result<std::uint32_t> note_odd_replay(SessionId id, std::uint64_t generation,
                                                                AuditEntry const& audit) = 0;

    // Nothing when it was unknown or already over. With `owner`, only a session of that user. audit.at is when it
    // ended.
    [[nodiscard]] virtual Result<Revoked> end_session(SessionId id, std::optional<UserId> owner, EndReason reason,
                                                      AuditEntry const& audit)                                 = 0;
    // All live sessions of the user.
    [[nodiscard]] virtual Result<Revoked> end_sessions(UserId user, EndReason reason, AuditEntry const& audit) = 0;

    // Live at `now`, latest used first; at most kMostSessions.
    [[nodiscard]] virtual Result<std::vector<Session>> list_sessions(UserId user, TimePoint now) = 0;

    // Removes at most `most` sessions that were over before `before`; gives how many.
    [[nodiscard]] virtual Result<std::size_t> remove_sessions(TimePoint before, std::size_t most) = 0;
};

class AttemptStore {
public:
    virtual ~AttemptStore() = default;

    // Counts one attempt against every limit's key, unless some limit says wait: then counts nothing and gives the
    // longest wait. Zero: admitted. Uses core::remaining_wait().
    [[nodiscard]] virtual Result<std::chrono::milliseconds> admit(std::span<AttemptLimit const> limits,
                                                                  TimePoint                     now)                                = 0;
    // Takes back the attempt counted by admit(), with its time: the try failed for a reason that says nothing about the
    // password.
    [[nodiscard]] virtual Result<void>                      take_back(std::span<AttemptKey const> keys)         = 0;
    // Removes at most `most` counters whose latest attempt is before `before`; gives how many.
    [[nodiscard]] virtual Result<std::size_t>               remove_attempts(TimePoint before, std::size_t most) = 0;
};

class SigningKeyStore {
public:
    virtual ~SigningKeyStore() = default;

    // All not yet past published_until at `now`, oldest active_from first.
    [[nodiscard]] virtual Result<std::vector<SigningKeyRecord>> list_keys(TimePoint now)            = 0;
    // Adds `key` and, in the same transaction, retires every key of its purpose whose retired_at is later than
    // key.active_from or none: retired_at = key.active_from, published_until = key.active_from + that key's own
    // longest_token_life + `slack`.
    // Adds nothing and gives false when a key of the purpose was created after `unless_newer_than` (two processes
    // rotating at once).
    [[nodiscard]] virtual Result<bool> add_key(SigningKeyRecord const& key, std::optional<TimePoint> unless_newer_than,
                                               std::chrono::seconds slack, AuditEntry const& audit) = 0;

    // From now on the key signs tokens of this life: raises its longest_token_life when it is less, and its
    // published_until, if it has one, by as much. Errc::not_found.
    [[nodiscard]] virtual Result<void> raise_token_life(std::string_view kid, std::chrono::seconds life) = 0;

    // Takes the key out of every list, for good. With a `replacement`, that key is added as add_key() adds, and the
    // one that was to sign until the revoked key's active_from, if that is still to come, signs until the
    // replacement's. Errc::not_found: no key of this name is listed at audit.at. It is revoked in the log too.
    [[nodiscard]] virtual Result<Revoked> revoke_key(std::string_view                       kid,
                                                     std::optional<SigningKeyRecord> const& replacement,
                                                     std::chrono::seconds slack, AuditEntry const& audit) = 0;
};

// Something that storage keeps under the master key.
struct Sealed {
    enum class Kind : std::uint8_t { secret, signing_key };

    Kind        kind;
    std::string name;  // of a signing key: its kid
    std::string bytes;
    std::string purpose = {};  // of a signing key
};

// What to put in the place of what.
struct Resealed {
    Sealed      before;
    std::string after;
};

// Everything that hangs on the master key.
class SealedStore {
public:
    virtual ~SealedStore() = default;

    [[nodiscard]] virtual Result<std::optional<std::string>> find_secret(std::string_view name)                  = 0;
    // Keeps the secret unless there is one of this name.
    [[nodiscard]] virtual Result<void>                add_secret(std::string_view name, std::string_view sealed) = 0;
    // Secrets and signing keys, whether listed or not.
    [[nodiscard]] virtual Result<std::vector<Sealed>> list_sealed()                                              = 0;
    // Errc::unavailable, and nothing is changed, unless `all` is what list_sealed() would give.
    [[nodiscard]] virtual Result<void> reseal(std::span<Resealed const> all, AuditEntry const& audit)            = 0;
};

// What an epoch begins with.
struct EpochStart {
    SigningKeyRecord                key;           // the one key that is published, and signs access tokens
    SigningKeyRecord                feed_key;      // likewise, of the feed
    std::string                     token_secret;  // sealed
    // Likewise, of security events, where there was one.
    std::optional<SigningKeyRecord> event_key = std::nullopt;
};

// Everything issued before the present epoch is void.
class EpochStore {
public:
    virtual ~EpochStore() = default;

    // The beginning of time when there was none yet.
    [[nodiscard]] virtual Result<TimePoint> epoch_began()                                                 = 0;
    // An epoch begins at audit.at: every live session ends, every signing key is revoked, the token secret is replaced.
    // Another revocation log begins, of a greater name, with an entry for everything and one for each key of access
    // tokens that was published or that the log before had. For when no server uses the storage: none would notice.
    [[nodiscard]] virtual Result<void>      begin_epoch(EpochStart const& start, AuditEntry const& audit) = 0;
};

// What is revoked, in order, for whoever verifies tokens without asking. Most of it is written by the deeds that
// revoke, in their own transaction.
class RevocationStore {
public:
    virtual ~RevocationStore() = default;

    // At most `most` of the entries after that number, the first of them.
    [[nodiscard]] virtual Result<RevocationLog> read_log(revocation::Sequence after, std::size_t most)            = 0;
    // For what nothing else revokes, as of audit.at, whether or not it is revoked already. No row for nothing.
    [[nodiscard]] virtual Result<Revoked>       revoke(std::span<Revocation const> what, AuditEntry const& audit) = 0;
    // Removes at most `most` entries whose until is before `before`; gives how many. The head stays.
    [[nodiscard]] virtual Result<std::size_t>   remove_revocations(TimePoint before, std::size_t most)            = 0;

    // The one that the next session will have: how many there are.
    [[nodiscard]] virtual Result<StatusIndex>              next_status_index()                      = 0;
    // Those of `count` indexes from `first` on whose sessions an entry of the log concerns: names, names a token of,
    // or may name a token of by account, client, or time. Rising, each once.
    [[nodiscard]] virtual Result<std::vector<StatusIndex>> list_revoked_statuses(StatusIndex first,
                                                                                 std::size_t count) = 0;
};

// SHA-256.
using CredentialHash = std::array<std::uint8_t, 32>;

// Somebody who reads the revocation log.
struct Verifier {
    std::string              name;
    CredentialHash           credential;
    TimePoint                created_at;
    std::optional<TimePoint> last_connected_at;
};

class VerifierStore {
public:
    virtual ~VerifierStore() = default;

    // Errc::name_taken.
    [[nodiscard]] virtual Result<void> add_verifier(Verifier const& verifier, AuditEntry const& audit)  = 0;
    // In order of their names.
    [[nodiscard]] virtual Result<std::vector<Verifier>> list_verifiers()                                = 0;
    // Errc::not_found.
    [[nodiscard]] virtual Result<void> remove_verifier(std::string_view name, AuditEntry const& audit)  = 0;
    // Of one that was removed meanwhile: nothing. One write.
    [[nodiscard]] virtual Result<void> note_connected(std::set<std::string> const& names, TimePoint at) = 0;
};

class AuditStore {
public:
    virtual ~AuditStore() = default;

    // For what changes nothing else: a refused sign-in.
    [[nodiscard]] virtual Result<void>                    append(AuditEntry const& entry)                    = 0;
    // A refused refresh, of `entry.session`: kept once for each session and detail, however often it is tried, so that
    // nobody can fill the log. True when it was new.
    [[nodiscard]] virtual Result<bool>                    append_refused_refresh(AuditEntry const& entry)    = 0;
    [[nodiscard]] virtual Result<std::vector<AuditEntry>> latest(std::size_t most)                           = 0;
    // Removes those of the first `most` rows that come before the first that is not older than `before`; gives how
    // many.
    [[nodiscard]] virtual Result<std::size_t>             remove_entries(TimePoint before, std::size_t most) = 0;
};

class Passwords;
class Keyring;
class MasterKey;
class TokenSecret;
class Revocations;
class RefreshRefusals;
class SignInWatch;
class ReceiverStore;
struct Settings;

// Everything a rule may reach. Wired once, in cli/serve.cpp; shared by all threads.
struct Ports {
    Clock const&       clock;
    Random&            random;
    UserStore&         users;
    SessionStore&      sessions;
    AttemptStore&      attempts;
    AuditStore&        audit;
    Passwords const&   passwords;
    Keyring const&     keyring;
    TokenSecret const& token_secret;
    RevocationStore&   revocation_log;
    Revocations&       revocations;  // what stands in it, at hand
    VerifierStore&     verifiers;
    ReceiverStore&     receivers;
    RefreshRefusals&   refresh_refusals;
    SignInWatch&       sign_ins;
    Settings const&    settings;
    TimePoint          epoch_began = {};  // what is older is void (core/epoch.hpp)
};

}  // namespace signet::core
