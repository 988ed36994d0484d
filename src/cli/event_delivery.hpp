// cli/event_delivery.hpp - security events on their way to their receivers: a thread of its own.
//
//   ten times a second   sends what is still to be told, to each receiver by itself: none waits for another
//   every second         takes over receivers added and removed; maintains the keys that sign
//   every minute         drops what is no longer worth telling, and says so
//
// An event leaves storage once its receiver has taken it, so that it is sent at least once, whenever the server is
// killed; a receiver knows a repeated one by its `jti`.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/metrics.hpp"
#include "cli/delivery_rules.hpp"
#include "cli/task.hpp"
#include "core/keyring.hpp"
#include "core/master_key.hpp"
#include "core/ports.hpp"
#include "core/receivers.hpp"
#include "verifier/transfer.hpp"

namespace signet::cli {

// What it works on; all must outlive it.
struct EventDeliveryNeeds {
    core::Ports const&     ports;
    core::MasterKey const& master_key;
    core::Keyring&         keyring;  // of security events
    Metrics&               metrics;
};

class EventDelivery {
public:
    explicit EventDelivery(EventDeliveryNeeds needs);
    ~EventDelivery();

private:
    using Steady = std::chrono::steady_clock;

    // What /metrics says of one receiver.
    struct Meter {
        Counter&                                    delivered;
        Counter&                                    failed;
        Counter&                                    dropped;
        std::shared_ptr<std::atomic<std::uint64_t>> pending;
    };
    // One event that is being sent.
    struct Sending {
        core::PendingEvent      event;
        Steady::time_point      began    = Steady::now();
        std::string             answer   = {};
        std::optional<Transfer> transfer = std::nullopt;
    };
    struct Channel {
        core::Receiver     receiver;
        SecretString       token;
        Meter&             meter;
        DeliverySchedule   schedule = {};
        std::list<Sending> sending  = {};  // each stays where it is
    };

    void               run(std::stop_token const& stop);
    void               rest(std::stop_token const& stop);
    core::Result<void> follow();
    core::Result<void> follow(core::Receiver const& receiver);
    core::Result<void> deliver();
    core::Result<void> drop_old();

    core::Result<void> add_channel(core::Receiver const& receiver);
    Meter&             meter_of(std::string const& receiver);

    core::Result<void> settle(Channel& channel);
    core::Result<void> settle(Channel& channel, Sending const& sent);
    core::Result<void> send_some(Channel& channel);
    core::Result<void> send(Channel& channel, core::PendingEvent const& event);
    core::Result<void> note_failed(Channel& channel, Sending const& sent, std::string_view why,
                                   std::chrono::seconds retry_after);
    core::Result<void> drop(Channel& channel, core::PendingEvent const& event, std::string_view why);
    double             jitter();

    EventDeliveryNeeds const       needs_;
    core::Ports const&             ports_ = needs_.ports;
    Task                           following_{"following receivers", needs_.metrics};
    Task                           delivering_{"delivering security events", needs_.metrics};
    Task                           dropping_{"dropping old security events", needs_.metrics};
    std::map<std::string, Meter>   meters_;     // of all there ever were: a metric stays
    std::optional<Transfers>       transfers_;  // from the first receiver on
    std::map<std::string, Channel> channels_;   // by the receiver's name

    std::mutex                  mutex_;
    std::condition_variable_any woken_;
    std::jthread                thread_;
};

}  // namespace signet::cli
