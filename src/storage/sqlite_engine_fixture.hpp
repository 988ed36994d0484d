// storage/sqlite_engine_fixture.hpp - a file for each test of the engine, and a table to put into it.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "storage/sqlite_engine.hpp"
#include "storage/test_file.hpp"

namespace signet::storage {

inline Result<std::int64_t> read_number(Row const& row)
{
    return row.integer(0);
}

class SqliteEngineTest : public testing::Test {
protected:
    static void make_table(SqliteEngine& engine)
    {
        ASSERT_TRUE(engine.write([](Transaction& transaction) {
            return transaction.run_script("CREATE TABLE t (n INTEGER, s TEXT, b BLOB) STRICT;");
        }));
    }
    static Result<void> insert(SqliteEngine& engine, std::int64_t number, std::string const& text = {})
    {
        return engine.write([&](Transaction& transaction) -> Result<void> {
            TRY(transaction.run("INSERT INTO t (n, s) VALUES ($1, $2)", {number, text}));
            return {};
        });
    }
    static std::int64_t count(SqliteEngine& engine)
    {
        return engine
            .read([](Transaction& transaction) { return transaction.find("SELECT count(*) FROM t", {}, read_number); })
            .value()
            .value();
    }

    TestFile file_;
};

}  // namespace signet::storage
