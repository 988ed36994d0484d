// cli/publisher.hpp - what was revoked, on its way to all who follow: a thread of its own.
//
//   at once          when a sign-out waits for it
//   every 50 ms      takes over what another process wrote (`signet user disable`)
//   every second     a heartbeat
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/metrics.hpp"
#include "cli/task.hpp"
#include "core/feed_signer.hpp"
#include "core/keyring.hpp"
#include "core/ports.hpp"
#include "core/revocations.hpp"
#include "http/revocation_feed.hpp"

namespace signet::cli {

// What it works on; all must outlive it.
struct PublisherNeeds {
    core::Ports const&      ports;
    core::Keyring&          keyring;       // of access tokens
    core::Keyring&          feed_keyring;  // that of `signer`
    core::FeedSigner const& signer;
    http::RevocationFeed&   feed;
    Metrics&                metrics;
};

class Publisher {
public:
    // The first look at the log is the caller's to take: `known` is where it led.
    Publisher(PublisherNeeds needs, revocation::Position const& known);
    ~Publisher();

    // Somebody waits for what was just written. Thread-safe.
    void wake();

private:
    using Clock = http::RevocationFeed::Clock;

    void               run(std::stop_token const& stop);
    void               wait_until(std::stop_token const& stop, Clock::time_point time);
    core::Result<void> publish();
    core::Result<void> take_news();
    core::Result<void> publish_some();
    core::Result<void> beat();
    void               follow_key();

    PublisherNeeds const needs_;
    core::RevocationNews unpublished_;    // its `before` moves on
    std::size_t          published_ = 0;  // of its entries
    std::string          key_id_;         // that signs now
    Task                 publishing_{"publishing revocations", needs_.metrics};
    Task                 beating_{"signing the heartbeat", needs_.metrics};

    std::mutex                  mutex_;
    std::condition_variable_any woken_;
    bool                        is_wanted_ = false;
    std::jthread                thread_;
};

}  // namespace signet::cli
