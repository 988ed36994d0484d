// verifier/reconnect_schedule.hpp - how long to wait before the issuer is asked again.
//
// All verifiers of an issuer lose their streams at the same moment when it restarts: each waits for another time.
#pragma once
#include <chrono>

namespace signet {

class ReconnectSchedule {
public:
    static constexpr std::chrono::milliseconds kAtLeast{100};
    static constexpr std::chrono::milliseconds kFirst{1000};
    static constexpr std::chrono::milliseconds kLast{10'000};

    // From kAtLeast to a bound that doubles from kFirst to kLast; `jitter`, 0 to 1, says where.
    [[nodiscard]] std::chrono::milliseconds wait(double jitter);

    // What was asked for came: the next time begins again.
    void succeeded() { bound_ = kFirst; }

private:
    std::chrono::milliseconds bound_ = kFirst;
};

}  // namespace signet
