// storage/attempts.hpp - the counters that slow guessing, as rows.
#pragma once
#include "core/ports.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

// What a sign-in changes: its own count is taken back from each key; what else was counted from the same source
// is taken off the account, the address, and the network too, and the source and the device start anew (CHECKS C10).
[[nodiscard]] Result<void> forgive_attempts(Transaction& transaction, std::span<core::AttemptKey const> admitted);

// Removes the counters of the account: of all its sources and devices. Its failures stay counted at the addresses.
[[nodiscard]] Result<void> forget_attempts_at(Transaction& transaction, std::string_view email_key);

class Attempts final : public core::AttemptStore {
public:
    explicit Attempts(Engine& engine) : engine_(engine) {}

    [[nodiscard]] Result<std::chrono::milliseconds> admit(std::span<core::AttemptLimit const> limits,
                                                          TimePoint                           now) override;
    [[nodiscard]] Result<void>                      take_back(std::span<core::AttemptKey const> keys) override;
    [[nodiscard]] Result<std::size_t>               remove_attempts(TimePoint before, std::size_t most) override;

private:
    Engine& engine_;
};

}  // namespace signet::storage
