// storage/sqlite_transaction.hpp - what a deed works with, on SQLite.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "storage/sqlite_connection.hpp"

namespace signet::storage {

class SqliteTransaction final : public Transaction {
public:
    SqliteTransaction(Connection& connection, std::atomic<std::uint64_t>& statements)
        : connection_(connection), statements_(statements)
    {
    }

    [[nodiscard]] Result<void> run_script(std::string_view script) override
    {
        ++statements_;
        auto done = connection_.run_script(std::string{script});
        if (!done) note(done.error());
        return done;
    }
    // The first failure, which a deed may not have passed on.
    [[nodiscard]] std::optional<core::Error> const& failed() const { return failed_; }

protected:
    [[nodiscard]] Result<std::int64_t> step(std::string_view sql, std::span<Param const> params,
                                            Visit const& visit) override
    {
        ++statements_;
        auto changed = connection_.step(sql, params, visit);
        if (!changed) note(changed.error());
        return changed;
    }

private:
    void note(core::Error const& error)
    {
        if (!failed_) failed_ = error;
    }

    Connection&                 connection_;
    std::atomic<std::uint64_t>& statements_;
    std::optional<core::Error>  failed_;
};

}  // namespace signet::storage
