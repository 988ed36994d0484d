// cli/maintenance.hpp - what a running server does by itself, beside requests.
//
//   every second   takes over what another process did: keys rotated and revoked, verifiers added and removed; makes
//                  the next signing keys when they are due; gives the system back the memory that no password hash
//                  has used
//   every 5 s      takes over a certificate whose files have changed
//   every minute   removes sessions long over, forgotten failures, old audit rows, and revocations of tokens that have
//                  expired, a few at a time, with pauses
//   every hour     logs the head of the audit log, for whoever keeps logs apart from the data
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

#include "base/metrics.hpp"
#include "cli/task.hpp"
#include "core/audit_review.hpp"
#include "core/keyring.hpp"
#include "core/ports.hpp"

namespace signet::cli {

// What it works on; all must outlive it.
struct MaintenanceNeeds {
    core::Ports const& ports;
    core::Keyring&     keyring;
    core::Keyring&     feed_keyring;
    core::AuditReview& audit;
    Metrics&           metrics;
    Task::Work         follow_verifiers;
    Task::Work         follow_certificate;
};

// What there is to do; Maintenance says when. For one thread.
class Chores {
public:
    // Called after each whole batch of rows with the time that it took; false when it is enough for now.
    using Rest = std::function<bool(std::chrono::nanoseconds)>;

    explicit Chores(MaintenanceNeeds needs) : needs_(std::move(needs)) {}

    void maintain_keys();
    void follow_verifiers();
    void follow_certificate();
    // Whether none is left.
    bool remove_old_rows(Rest const& rest);
    void log_audit_head();

private:
    MaintenanceNeeds const needs_;
    core::Ports const&     ports_ = needs_.ports;

    Task maintaining_keys_{"maintaining keys", needs_.metrics};
    Task following_verifiers_{"following verifiers", needs_.metrics};
    Task following_certificate_{"following the certificate", needs_.metrics};
    Task removing_sessions_{"removing old sessions", needs_.metrics};
    Task removing_attempts_{"removing forgotten failures", needs_.metrics};
    Task removing_audit_{"removing old audit rows", needs_.metrics};
    Task removing_revocations_{"removing old revocations", needs_.metrics};
    Task logging_head_{"logging the audit head", needs_.metrics};
};

// One thread, from construction to destruction. `second`: how long one is.
class Maintenance {
public:
    explicit Maintenance(MaintenanceNeeds needs, std::chrono::milliseconds second = std::chrono::seconds{1});
    ~Maintenance();

private:
    void run(std::stop_token const& stop);
    bool remove_old_rows(std::stop_token const& stop);
    bool rest(std::stop_token const& stop, std::chrono::nanoseconds time);

    Chores                      chores_;
    std::chrono::milliseconds   second_;
    std::mutex                  mutex_;
    std::condition_variable_any wake_;
    std::jthread                thread_;
};

}  // namespace signet::cli
