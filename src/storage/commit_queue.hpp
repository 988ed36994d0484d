// storage/commit_queue.hpp - writes that share a commit.
//
//     run() ─▶ │ waiting │ ─▶ BEGIN  deed  deed  deed  COMMIT ─▶ answers
//                                     └ fails with something changed: all undone, its neighbours each run again
//
// Knows:  which deeds go into which transaction, and when each is answered.
// Knows nothing of:  what the deeds do.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>

#include "base/bell.hpp"
#include "base/metrics.hpp"
#include "storage/connection_pool.hpp"

namespace signet::storage {

// One writer at a time. Who comes while it commits waits, and the first of those who
// wait leads then: it runs the deeds of all of them, one after the other, and commits
// once. Nobody is answered before that commit; where it fails, nobody is told "done".
// Who comes alone pays for its own transaction and no more. Thread-safe.
class CommitQueue {
public:
    using Body = std::function<Result<void>(Transaction&)>;

    CommitQueue(ConnectionPool& writers, std::atomic<std::uint64_t>& statements, std::chrono::milliseconds longest_wait)
        : writers_(writers), statements_(statements), longest_wait_(longest_wait)
    {
    }
    CommitQueue(CommitQueue const&)            = delete;
    CommitQueue& operator=(CommitQueue const&) = delete;

    // Gives what `body` gives, once that is durable, and throws what it throws; Errc::unavailable when it has not begun
    // within `longest_wait`. `body` may run on another thread, and once more when another's failure undid it.
    [[nodiscard]] Result<void> run(Body const& body);

    // Transactions committed so far.
    [[nodiscard]] std::uint64_t commits() const { return commits_; }
    // From now on each commit tells `seconds` how long it took, the disk included; it must outlive this object.
    void                        measure(Histogram& seconds) { seconds_ = &seconds; }
    // Calls that nobody has begun to serve.
    [[nodiscard]] std::size_t   waiting() const;

private:
    enum class Turn { waits, leads, is_done };

    // One call of run(), on its caller's stack. Each has a bell of its own: a hundred who are answered at once would
    // otherwise wake only to queue for the same lock.
    struct Waiting {
        Body const&        body;
        Result<void>       answer{};
        std::exception_ptr thrown{};
        Turn               turn = Turn::waits;  // written before the bell rings
        Bell               bell{};
    };
    class Batch;

    Turn        wait(Waiting& mine);
    bool        give_up(Waiting& mine);
    static void tell(Waiting& deed, Turn turn) noexcept;
    void        lead() noexcept;
    Waiting*    next();
    void        finish(Batch const& batch, Result<void> const& could_begin) noexcept;
    static void refuse(Waiting& deed, core::Error const& error) noexcept;

    ConnectionPool&             writers_;
    std::atomic<std::uint64_t>& statements_;
    std::chrono::milliseconds   longest_wait_;
    std::atomic<std::uint64_t>  commits_ = 0;
    std::atomic<Histogram*>     seconds_ = nullptr;
    mutable std::mutex          mutex_;  // guards what follows
    std::deque<Waiting*>        waiting_;
    bool                        has_leader_ = false;
};

}  // namespace signet::storage
