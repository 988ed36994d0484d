// storage/connection_pool.hpp - SQLite connections not in use.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/sqlite_connection.hpp"

namespace signet::storage {

// Opens at most `most` connections, each when it is first wanted. Thread-safe.
class ConnectionPool {
public:
    ConnectionPool(std::string file, Role role, std::size_t most, std::chrono::milliseconds longest_wait)
        : file_(std::move(file)), role_(role), longest_wait_(longest_wait), unopened_(most)
    {
        idle_.reserve(most);  // giving back takes no memory
    }

    struct GiveBack {
        ConnectionPool* pool;
        void            operator()(Connection* connection) const { pool->give_back(connection); }
    };
    using Lease = std::unique_ptr<Connection, GiveBack>;

    // Waits, and not for ever (CHECKS E22): then Errc::unavailable.
    [[nodiscard]] Result<Lease> take();

private:
    Result<Lease> open();
    void          give_back(Connection* connection) noexcept;
    void          give_back_place() noexcept;

    std::string                              file_;
    Role                                     role_;
    std::chrono::milliseconds                longest_wait_;
    std::mutex                               mutex_;
    std::condition_variable                  free_;
    std::size_t                              unopened_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace signet::storage
