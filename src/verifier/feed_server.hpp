// verifier/feed_server.hpp - for tests: an issuer with a revocation feed, over plain HTTP on loopback, and a middle man
// before it who does what he likes to what it sends.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "jose/jose.hpp"
#include "revocation/test_log.hpp"

namespace signet {

// A thread for each connection. Thread-safe, but for what is said to be set before anybody asks.
class FeedServer {
public:
    static constexpr char const* kCredential = "svc_test-credential";

    FeedServer();
    ~FeedServer();
    FeedServer(FeedServer const&)            = delete;
    FeedServer& operator=(FeedServer const&) = delete;

    [[nodiscard]] std::string issuer() const { return issuer_name_; }

    // The access tokens' key set, as JSON.
    void publish(std::string jwks);

    // What the issuer does: the entry is sent to every stream before this returns.
    revocation::Entry                   revoke(revocation::Kind kind, std::string subject);
    // A heartbeat to every stream, each so often from now on; 0: none but the first.
    void                                beat_every(std::chrono::milliseconds often);
    void                                beat();
    // Another log, as after a restored backup; or one that ends earlier.
    void                                replace_log(revocation::test::Log log);
    [[nodiscard]] revocation::test::Log log() const;
    // New keys of the feed alone. The old ones are published no more.
    void                                rotate_feed_key(std::string_view kid);
    // Its clock is off by as much.
    void                                set_clock(std::chrono::milliseconds off);
    // From now on it says that it has just begun to run, on the streams that there are too.
    void                                restart();
    // Every stream is ended; what is asked from now on is answered with this status, 0: as ever.
    void                                end_streams();
    void                                answer_with(int status);
    // Requests are taken, and answered with nothing; what there is of streams stays open.
    void                                freeze(std::chrono::milliseconds for_as_long);
    // Streams from before this sequence are answered with 410.
    void                                forget_before(revocation::Sequence sequence);
    // Snapshots are this text.
    void                                answer_snapshots_with(std::string text);

    // What becomes of each message of a stream, the first one included: nothing, itself, others. In place of that which
    // was there.
    using MiddleMan = std::function<std::vector<std::string>(std::string const& message)>;
    void        set_middle_man(MiddleMan middle_man);
    // Past the middle man, to every stream.
    void        send(std::string const& message);
    // The issuer's own, as it would send them now, or so much later.
    std::string signed_heartbeat(std::chrono::milliseconds later = std::chrono::milliseconds{0});
    std::string signed_snapshot();

    // Waits until a confirmation of this sequence has come.
    void wait_for_confirmation(revocation::Sequence sequence);

    [[nodiscard]] std::size_t                       streams() const;    // that were asked for
    [[nodiscard]] std::size_t                       snapshots() const;  // likewise
    [[nodiscard]] std::size_t                       key_fetches() const;
    [[nodiscard]] std::vector<revocation::Sequence> confirmations() const;
    // Requests without the credential, for what needs it.
    [[nodiscard]] std::size_t                       strangers() const;

private:
    struct Stream;

    void accept_all();
    void serve(int connection);
    bool answer(int connection, std::string const& head, std::string const& body);
    void serve_stream(int connection, std::string const& head);
    void write(Stream& stream, std::string const& message);
    void beat_on(std::stop_token const& stop);

    [[nodiscard]] TimePoint             now() const;
    [[nodiscard]] revocation::Heartbeat heartbeat() const;
    [[nodiscard]] std::string           snapshot();

    int         listener_;
    std::string issuer_name_;

    mutable std::mutex                    mutex_;
    std::condition_variable               changed_;
    revocation::test::Issuer              feed_;
    revocation::test::Log                 log_;
    std::string                           jwks_ = R"({"keys":[]})";
    std::string                           snapshot_text_;
    std::vector<std::shared_ptr<Stream>>  streams_;
    std::vector<revocation::Sequence>     confirmed_;
    std::vector<int>                      connections_;
    MiddleMan                             middle_man_;
    std::chrono::milliseconds             clock_off_{0};
    std::chrono::milliseconds             beat_every_{0};
    std::chrono::steady_clock::time_point frozen_until_{};
    std::chrono::steady_clock::time_point began_        = std::chrono::steady_clock::now();
    revocation::Sequence                  oldest_       = 0;
    int                                   status_       = 0;
    std::size_t                           stream_count_ = 0, snapshot_count_ = 0, key_count_ = 0, strangers_ = 0;
    std::size_t                           run_count_ = 0;

    std::vector<std::thread> serving_;
    std::jthread             beating_;
    std::thread              accepting_;
};

}  // namespace signet
