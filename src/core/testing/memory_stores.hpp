// core/testing/memory_stores.hpp - core's ports in memory, for tests.
//
// Must pass the same contract suite as every storage engine (tests/contract).
#pragma once
#include <memory>

#include "core/ports.hpp"
#include "core/testing/memory.hpp"

namespace signet::core::testing {

// One port over the rows in `memory`, which must outlive it.
[[nodiscard]] std::unique_ptr<UserStore>       users_in(Memory& memory);
[[nodiscard]] std::unique_ptr<SessionStore>    sessions_in(Memory& memory);
[[nodiscard]] std::unique_ptr<AttemptStore>    attempts_in(Memory& memory);
[[nodiscard]] std::unique_ptr<SigningKeyStore> signing_keys_in(Memory& memory);
[[nodiscard]] std::unique_ptr<AuditStore>      audit_in(Memory& memory);
[[nodiscard]] std::unique_ptr<SealedStore>     sealed_in(Memory& memory);
[[nodiscard]] std::unique_ptr<EpochStore>      epochs_in(Memory& memory);
[[nodiscard]] std::unique_ptr<RevocationStore> revocations_in(Memory& memory);
[[nodiscard]] std::unique_ptr<VerifierStore>   verifiers_in(Memory& memory);
[[nodiscard]] std::unique_ptr<ReceiverStore>   receivers_in(Memory& memory);

// Thread-safe, but for memory(): what a test looks into and turns while nothing else runs.
class MemoryStores {
public:
    UserStore&       users() { return *users_; }
    SessionStore&    sessions() { return *sessions_; }
    AttemptStore&    attempts() { return *attempts_; }
    SigningKeyStore& signing_keys() { return *signing_keys_; }
    AuditStore&      audit() { return *audit_; }
    SealedStore&     sealed() { return *sealed_; }
    EpochStore&      epochs() { return *epochs_; }
    RevocationStore& revocations() { return *revocations_; }
    VerifierStore&   verifiers() { return *verifiers_; }
    ReceiverStore&   receivers() { return *receivers_; }

    Memory& memory() { return memory_; }

private:
    Memory                           memory_;
    std::unique_ptr<UserStore>       users_        = users_in(memory_);
    std::unique_ptr<SessionStore>    sessions_     = sessions_in(memory_);
    std::unique_ptr<AttemptStore>    attempts_     = attempts_in(memory_);
    std::unique_ptr<SigningKeyStore> signing_keys_ = signing_keys_in(memory_);
    std::unique_ptr<AuditStore>      audit_        = audit_in(memory_);
    std::unique_ptr<SealedStore>     sealed_       = sealed_in(memory_);
    std::unique_ptr<EpochStore>      epochs_       = epochs_in(memory_);
    std::unique_ptr<RevocationStore> revocations_  = revocations_in(memory_);
    std::unique_ptr<VerifierStore>   verifiers_    = verifiers_in(memory_);
    std::unique_ptr<ReceiverStore>   receivers_    = receivers_in(memory_);
};

}  // namespace signet::core::testing
