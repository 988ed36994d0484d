// core/receivers.hpp - who is told of security events, by name, and what each is still to be told.
//
// Events are written by the deeds that they tell of, in their transaction, one row for each receiver that asked for
// them: what was done is told, however often the server is killed meanwhile, and by the same `jti` each time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "core/audit.hpp"
#include "core/result.hpp"
#include "core/security_event.hpp"

namespace signet::core {

class MasterKey;
struct Ports;

struct Receiver {
    std::string                    name;
    std::string                    url;
    std::string                    audience;
    std::vector<SecurityEventType> events;        // that it is told, each once
    std::string                    ca_file;       // PEM, of who may certify it; empty: whom the system trusts
    std::optional<std::string>     sealed_token;  // what it is sent as "Authorization: Bearer", under the master key
    TimePoint                      created_at;

    // How it went so far.
    std::optional<TimePoint> delivered_at = std::nullopt;  // the latest that it took
    std::optional<TimePoint> failed_at    = std::nullopt;  // the latest try that failed,
    std::string              error        = {};            // and why
    std::uint64_t            pending      = 0;
    std::uint64_t            dropped      = 0;  // events that it was never told
};

// A part of ports.hpp: every method is one transaction, and may give Errc::unavailable. Thread-safe.
class ReceiverStore {
public:
    virtual ~ReceiverStore() = default;

    // It is told what happens from now on. Errc::name_taken.
    [[nodiscard]] virtual Result<void> add_receiver(Receiver const& receiver, AuditEntry const& audit) = 0;
    // In order of their names.
    [[nodiscard]] virtual Result<std::vector<Receiver>> list_receivers()                               = 0;
    // With its token and all that it was still to be told. Errc::not_found.
    [[nodiscard]] virtual Result<void> remove_receiver(std::string_view name, AuditEntry const& audit) = 0;

    // At most `most` of what it is still to be told: what was tried least often comes first, and of those the oldest.
    // Nothing where one was added at another time: that is another, elsewhere, by the same name.
    [[nodiscard]] virtual Result<std::vector<PendingEvent>> list_pending(std::string_view receiver,
                                                                         TimePoint created_at, std::size_t most)    = 0;
    // It has taken that event, which is forgotten. Nothing when either was removed meanwhile; so below.
    [[nodiscard]] virtual Result<void> note_delivered(std::string_view receiver, std::int64_t number, TimePoint at) = 0;
    // It has not, and is to be asked again.
    [[nodiscard]] virtual Result<void> note_failed(std::string_view receiver, std::int64_t number,
                                                   std::string_view error, TimePoint at)                            = 0;
    // It never will, for that reason: the event is forgotten, as dropped.
    [[nodiscard]] virtual Result<void> drop_event(std::string_view receiver, std::int64_t number,
                                                  std::string_view error, AuditEntry const& audit)                  = 0;
    // Drops those from before `before`, and the oldest of more than `most`; gives how many. A thousand at a time, so
    // that nobody waits behind it; each time has an audit row, which begins with the number.
    [[nodiscard]] virtual Result<std::size_t> drop_old(std::string_view receiver, TimePoint before, std::size_t most,
                                                       AuditEntry const& audit)                                     = 0;
};

// What an operator registers.
struct NewReceiver {
    std::string_view               name;  // is_verifier_name()
    std::string_view               url;
    std::string_view               audience;
    std::vector<SecurityEventType> events;
    std::string_view               ca_file = {};
    SecretString const*            token   = nullptr;  // is_bearer_token(); none: it is sent no authorization
};

// RFC 6750 2.1, b64token: nothing that could end a header field.
[[nodiscard]] bool is_bearer_token(std::string_view text);

// Errc::invalid_name, name_taken. What else it says is the caller's to have checked.
[[nodiscard]] Result<void> add_receiver(Ports const& ports, MasterKey const& master_key, NewReceiver const& wanted);
// Errc::not_found.
[[nodiscard]] Result<void> remove_receiver(Ports const& ports, std::string_view name);

// Empty where it has none. Errc::wrong_master_key.
[[nodiscard]] Result<SecretString> open_receiver_token(MasterKey const& master_key, Receiver const& receiver);

// The name of its token among the secrets that storage keeps (SealedStore).
[[nodiscard]] std::string receiver_secret_name(std::string_view receiver);

}  // namespace signet::core
