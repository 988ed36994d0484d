// cli/maintenance.hpp - what a running server does by itself, beside requests.
//
//   every second   takes over what another process did: sessions ended (`signet user disable`), keys revoked or
//   rotated;
//                  makes the next signing key when it is due
//   every minute   removes sessions long over, forgotten failures, and old audit rows, a few at a time, with pauses
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

#include "core/ended_sessions.hpp"
#include "core/keyring.hpp"
#include "core/ports.hpp"

namespace signet::cli {

// Work done again and again. Its failures are logged once, and once more when it works again.
class Task {
public:
    using Work = std::function<core::Result<void>()>;

    explicit Task(std::string_view name) : name_(name) {}

    // True when it was done. An exception is a failure too: it must not end the server.
    bool attempt(Work const& work);

private:
    std::string_view name_;
    bool             failing_ = false;
};

// What there is to do; Maintenance says when. For one thread.
class Chores {
public:
    // Called after each whole batch of rows with the time that it took; false ends the work until the next time.
    using Rest = std::function<bool(std::chrono::nanoseconds)>;

    Chores(core::Ports const& ports, core::Keyring& keyring) : ports_(ports), keyring_(keyring) {}

    void follow_ended_sessions();
    void maintain_keys();
    void remove_old_rows(Rest const& rest);

private:
    core::Ports const& ports_;
    core::Keyring&     keyring_;

    Task following_{"following ended sessions"};
    Task maintaining_keys_{"maintaining keys"};
    Task removing_sessions_{"removing old sessions"};
    Task removing_attempts_{"removing forgotten failures"};
    Task removing_audit_{"removing old audit rows"};
};

// One thread, from construction to destruction.
class Maintenance {
public:
    Maintenance(core::Ports const& ports, core::Keyring& keyring);
    ~Maintenance();

private:
    void run(std::stop_token const& stop);
    bool rest(std::stop_token const& stop, std::chrono::nanoseconds time);

    Chores                      chores_;
    std::mutex                  mutex_;
    std::condition_variable_any wake_;
    std::jthread                thread_;
};

}  // namespace signet::cli
