// cli/maintenance.hpp - what a running server does by itself, beside requests.
//
//   every second   takes over sessions that another process ended (`signet user disable`)
//   every 5 s      takes over or makes signing keys
//   every minute   removes sessions long over and forgotten failures, a few rows at a time
//
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/ended_sessions.hpp"
#include "core/keyring.hpp"
#include "core/ports.hpp"

namespace signet::cli {

// One thread, from construction to destruction. A failing storage is logged once and tried again.
class Maintenance {
public:
    Maintenance(core::Ports const& ports, core::Keyring& keyring);
    ~Maintenance();

private:
    void run(std::stop_token const& stop);
    void remove_old_rows(std::stop_token const& stop);
    void note(std::string_view task, core::Result<void> const& outcome);

    core::Ports const&          ports_;
    core::Keyring&              keyring_;
    bool                        failing_ = false;
    std::mutex                  mutex_;
    std::condition_variable_any wake_;
    std::jthread                thread_;
};

}  // namespace signet::cli
