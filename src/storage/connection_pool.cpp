#include "storage/connection_pool.hpp"

#include <stdexcept>

namespace signet::storage {

Result<ConnectionPool::Lease> ConnectionPool::take()
{
    std::unique_lock lock(mutex_);
    if (!free_.wait_for(lock, longest_wait_, [this] { return !idle_.empty() || unopened_ > 0; }))
        return core::unavailable("database_busy", "sqlite: every connection is in use");
    if (idle_.empty()) {
        --unopened_;
        lock.unlock();
        return open();
    }
    Lease lease{idle_.back().release(), GiveBack{this}};
    idle_.pop_back();
    return lease;
}

// Takes the place that take() has counted, or gives it back.
Result<ConnectionPool::Lease> ConnectionPool::open()
{
    try {
        return Lease{std::make_unique<Connection>(file_, role_, longest_wait_).release(), GiveBack{this}};
    } catch (std::runtime_error const& error) {
        give_back_place();
        return core::unavailable("database_not_opened", error.what());
    } catch (...) {
        give_back_place();
        throw;
    }
}

void ConnectionPool::give_back_place() noexcept
{
    std::lock_guard const lock(mutex_);
    ++unopened_;
    free_.notify_one();
}

void ConnectionPool::give_back(Connection* connection) noexcept
{
    std::lock_guard const lock(mutex_);
    idle_.emplace_back(connection);
    free_.notify_one();
}

}  // namespace signet::storage
