#include "storage/commit_queue.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <span>

#include "base/result.hpp"
#include "storage/sqlite_transaction.hpp"

namespace signet::storage {
namespace {

// Of one commit: the first of them waits for the last.
constexpr std::size_t kMostDeeds = 128;

core::Error no_memory()
{
    return {core::Errc::unavailable, "no memory"};  // so short that it takes none
}

}  // namespace

// The deeds of one leader: one transaction, and another where one was lost. Throws nothing.
class CommitQueue::Batch {
public:
    Batch(ConnectionPool& writers, std::atomic<std::uint64_t>& statements, Histogram* seconds)
        : writers_(writers), statements_(statements), seconds_(seconds)
    {
    }
    ~Batch() { close(); }
    Batch(Batch const&)            = delete;
    Batch& operator=(Batch const&) = delete;

    // Runs one deed and notes its answer; what came before it stays as it was. Refused when no transaction can begin,
    // so that no other needs to try.
    Result<void> run(Waiting& deed)
    {
        served_[size_++]     = &deed;
        bool const is_shared = is_open();
        if (!is_shared) {
            auto begun = begin();
            if (!begun) refuse(deed, begun.error());
            if (!begun) return begun;
        }
        auto const before    = connection_->rows_changed();
        bool const went_well = call(deed);
        if (went_well && is_open()) return {};
        if (went_well) refuse(deed, {core::Errc::unavailable, "lost"});
        // Nearly every refusal comes before the deed has changed anything.
        if (is_shared && is_open() && connection_->rows_changed() == before) return {};
        roll_back();
        run_apart();
        return {};
    }

    // Durable for all of the open transaction, or for none.
    void commit()
    {
        if (!is_open()) return;
        auto const committed = measured_commit();
        if (committed) return;
        // A refusal too may rest on what a neighbour did.
        for (auto* deed : open()) refuse(*deed, committed.error());
        roll_back();
    }

    // Gives the connection back.
    void close()
    {
        roll_back();
        connection_.reset();
    }

    [[nodiscard]] std::span<Waiting* const> served() const { return std::span{served_}.first(size_); }
    [[nodiscard]] bool                      is_full() const { return size_ == served_.size(); }
    [[nodiscard]] std::uint64_t             commits() const { return commits_; }

private:
    [[nodiscard]] bool                      is_open() const { return connection_ && connection_->in_transaction(); }
    // Those whose answers wait for the commit.
    [[nodiscard]] std::span<Waiting* const> open() const { return served().subspan(first_open_); }

    Result<void> begin()
    {
        first_open_ = size_ - 1;
        try {
            if (!connection_) {
                auto taken  = TRY(writers_.take());
                connection_ = std::move(taken);
            }
        } catch (std::bad_alloc const&) {
            return std::unexpected(no_memory());
        }
        return step("BEGIN IMMEDIATE");
    }

    bool call(Waiting& deed)
    {
        SqliteTransaction transaction{*connection_, statements_};
        try {
            deed.answer = deed.body(transaction);
            if (deed.answer && transaction.failed()) deed.answer = std::unexpected(*transaction.failed());
        } catch (...) {
            deed.thrown = std::current_exception();
        }
        return deed.answer && deed.thrown == nullptr;
    }

    // All but the last, which broke what they shared.
    void run_apart()
    {
        for (auto* deed : open().first(size_ - first_open_ - 1)) {
            deed->answer     = {};
            deed->thrown     = nullptr;
            auto const begun = step("BEGIN IMMEDIATE");
            if (!begun) refuse(*deed, begun.error());
            if (begun && call(*deed)) {
                auto const committed = measured_commit();
                if (!committed) refuse(*deed, committed.error());
            }
            roll_back();
        }
    }

    Result<void> measured_commit()
    {
        auto const begun     = std::chrono::steady_clock::now();
        auto const committed = step("COMMIT");
        if (!committed) return committed;
        ++commits_;
        if (seconds_ != nullptr)
            seconds_->observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
        return {};
    }

    Result<void> step(std::string_view sql)
    {
        ++statements_;
        try {
            TRY(connection_->step(sql, {}, [](Row const&) { return Result<void>{}; }));
            return {};
        } catch (std::bad_alloc const&) {
            return std::unexpected(no_memory());
        }
    }

    void roll_back()
    {
        if (!is_open()) return;
        ++statements_;
        connection_->roll_back();
    }

    ConnectionPool&                  writers_;
    std::atomic<std::uint64_t>&      statements_;
    Histogram*                       seconds_;
    ConnectionPool::Lease            connection_;
    std::array<Waiting*, kMostDeeds> served_{};
    std::size_t                      size_       = 0;
    std::size_t                      first_open_ = 0;
    std::uint64_t                    commits_    = 0;
};

Result<void> CommitQueue::run(Body const& body)
{
    Waiting mine{.body = body};
    bool    leads = false;
    {
        std::lock_guard const lock(mutex_);
        waiting_.push_back(&mine);
        leads       = !has_leader_;
        has_leader_ = true;
    }
    if (leads || wait(mine) == Turn::leads) lead();
    if (mine.thrown) std::rethrow_exception(mine.thrown);
    return std::move(mine.answer);
}

// Until another has served mine, or leaves it the lead.
CommitQueue::Turn CommitQueue::wait(Waiting& mine)
{
    if (!mine.bell.wait_for(longest_wait_)) {
        if (give_up(mine)) return Turn::is_done;
        mine.bell.wait();
    }
    return mine.turn;
}

// False when it is being run, or has the lead.
bool CommitQueue::give_up(Waiting& mine)
{
    std::lock_guard const lock(mutex_);
    auto const            place = std::ranges::find(waiting_, &mine);
    if (place == waiting_.end() || mine.turn == Turn::leads) return false;
    waiting_.erase(place);
    mine.answer = core::unavailable("database_busy", "sqlite: every connection is in use");
    return true;
}

// Serves those who wait, mine the first of them.
void CommitQueue::lead() noexcept
{
    Batch        batch{writers_, statements_, seconds_};
    Result<void> could_begin;
    while (could_begin && !batch.is_full()) {
        auto* const deed = next();
        if (deed == nullptr) break;
        could_begin = batch.run(*deed);
    }
    batch.commit();
    batch.close();
    finish(batch, could_begin);
}

std::size_t CommitQueue::waiting() const
{
    std::lock_guard const lock(mutex_);
    return waiting_.size();
}

CommitQueue::Waiting* CommitQueue::next()
{
    std::lock_guard const lock(mutex_);
    if (waiting_.empty()) return nullptr;
    auto* const first = waiting_.front();
    waiting_.pop_front();
    return first;
}

// Leaves the lead to the first of those who came meanwhile, so that the disk rests no longer than it must, and answers.
void CommitQueue::finish(Batch const& batch, Result<void> const& could_begin) noexcept
{
    {
        std::lock_guard const lock(mutex_);
        commits_ += batch.commits();
        if (!could_begin) {
            for (auto* deed : waiting_) {
                refuse(*deed, could_begin.error());
                tell(*deed, Turn::is_done);
            }
            waiting_.clear();
        }
        has_leader_ = !waiting_.empty();
        if (has_leader_) tell(*waiting_.front(), Turn::leads);
    }
    for (auto* deed : batch.served()) tell(*deed, Turn::is_done);
}

// Once told it is done, a caller may be gone, and its Waiting with it.
void CommitQueue::tell(Waiting& deed, Turn turn) noexcept
{
    deed.turn = turn;
    deed.bell.ring();
}

void CommitQueue::refuse(Waiting& deed, core::Error const& error) noexcept
{
    deed.thrown = nullptr;
    try {
        deed.answer = std::unexpected(error);
    } catch (std::bad_alloc const&) {
        deed.answer = std::unexpected(no_memory());
    }
}

}  // namespace signet::storage
