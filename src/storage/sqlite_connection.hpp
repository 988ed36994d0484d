// storage/sqlite_connection.hpp - one connection to a SQLite file, and its statements.
//
// Knows:  the settings of a connection, how values are bound and read.
// Knows nothing of:  threads, and when a transaction begins or ends.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/engine.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace signet::storage {

enum class Role { writer, reader, checkpointer };

// A prepared statement, kept for the next time.
struct Statement {
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> handle;
    std::vector<int> numbers;  // SQLite numbers parameters by appearance; here the n of the "$n" of each
};

// One sqlite3*. Used by one thread at a time; a failure is Errc::unavailable with SQLite's sentence.
class Connection {
public:
    Connection(std::string const& file, Role role, std::chrono::milliseconds longest_wait);
    [[nodiscard]] Result<std::int64_t> step(std::string_view sql, std::span<Param const> params,
                                            std::function<Result<void>(Row const&)> const& visit);
    [[nodiscard]] Result<void>         run_script(std::string const& script);
    // Everything in the WAL is in the file, both are synced, and the WAL has no content.
    [[nodiscard]] Result<void>         empty_wal();
    [[nodiscard]] std::int64_t         ask_number(char const* pragma);
    void                               must_run(char const* script);
    [[nodiscard]] bool                 in_transaction() const;
    // By this connection, ever. A script counts none of what it makes: only migrations run some, and those alone.
    [[nodiscard]] std::int64_t         rows_changed() const;
    // Takes no memory of ours, so that it can be done while there is none.
    void                               roll_back() noexcept;
    [[nodiscard]] sqlite3*             handle() const { return db_.get(); }

private:
    [[nodiscard]] Result<Statement*> prepare(std::string_view sql);
    static void                      bind(Statement const& statement, std::span<Param const> params);

    struct Close {
        void operator()(sqlite3* db) const;
    };
    std::string                                     file_;
    std::unique_ptr<sqlite3, Close>                 db_;
    std::unordered_map<std::string_view, Statement> statements_;
};

}  // namespace signet::storage
