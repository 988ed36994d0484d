// Wherever memory runs out, a deed is refused or done, and the next one finds everything in its place.
#include <gtest/gtest.h>

#include <new>
#include <optional>

#include "base/result.hpp"
#include "core/audit_review.hpp"
#include "jose/failing_allocator.hpp"
#include "storage/sqlite_engine.hpp"
#include "storage/test_file.hpp"
#include "storage/test_storage.hpp"

namespace signet::storage {
namespace {

using jose::test::AllocationFailure;
using jose::test::Failing;
using namespace std::chrono_literals;

enum class End { done, refused, threw };

// Whether `call` came to its `nth` allocation, which fails, and how it ended; `call` gives a Result.
struct Attempt {
    bool struck;
    End  end;
};
template <class Call>
Attempt attempt(std::size_t nth, Failing how, Call const& call)
{
    AllocationFailure const failure{nth, how};
    try {
        bool const done = call().has_value();
        return {failure.struck(), done ? End::done : End::refused};
    } catch (std::bad_alloc const&) {
        return {failure.struck(), End::threw};
    }
}

// `nth` goes on until no allocation is left to fail.
template <class Once>
void for_each_allocation(Once const& once)
{
    for (auto const how : {Failing::once, Failing::from_then_on}) {
        std::size_t nth = 1;
        while (once(nth, how) && !testing::Test::HasFailure()) ++nth;
        EXPECT_GT(nth, 3U) << "something was tried";
    }
}

Result<void> insert(Transaction& transaction)
{
    TRY(transaction.run("INSERT INTO t (n) VALUES ($1)", {1}));
    return {};
}

Result<std::int64_t> count(Transaction& transaction)
{
    auto const rows = TRY(transaction.list("SELECT n FROM t", {}, [](Row const& row) -> Result<std::string> {
        return std::string(100, static_cast<char>('0' + row.integer(0)));
    }));
    return std::ssize(rows);
}

struct StorageWithoutMemory : testing::Test {
    // With one connection to lose of each kind, none opened yet but the writer.
    std::unique_ptr<SqliteEngine> open()
    {
        return std::make_unique<SqliteEngine>(file.path(), SqliteOptions{.readers = 1, .longest_wait = 100ms});
    }

    TestFile file;
};

TEST_F(StorageWithoutMemory, ReadsAgain)
{
    ASSERT_TRUE(
        open()->write([](Transaction& transaction) { return transaction.run_script("CREATE TABLE t (n INT);"); }));
    ASSERT_TRUE(open()->write(insert));
    for_each_allocation([&](std::size_t nth, Failing how) {
        auto const engine = open();
        auto const tried  = attempt(nth, how, [&] { return engine->read(count); });
        auto const after  = engine->read(count);
        EXPECT_TRUE(after) << nth << ": " << after.error().detail;
        EXPECT_EQ(after.value_or(0), 1) << nth;
        return tried.struck;
    });
}

TEST_F(StorageWithoutMemory, WritesAgainAndHasWrittenNoHalf)
{
    std::int64_t written = 0;
    ASSERT_TRUE(
        open()->write([](Transaction& transaction) { return transaction.run_script("CREATE TABLE t (n INT);"); }));
    for_each_allocation([&](std::size_t nth, Failing how) {
        auto const engine = open();
        auto const tried  = attempt(nth, how, [&] { return engine->write(insert); });
        auto const after  = engine->write(insert);
        EXPECT_TRUE(after) << nth << ": " << after.error().detail;
        written += tried.end == End::done ? 2 : 1;
        EXPECT_EQ(engine->read(count).value_or(0), written) << nth;
        return tried.struck;
    });
}

TEST_F(StorageWithoutMemory, KeepsTheAuditLogWhole)
{
    core::AuditEntry const entry{.at     = from_unix_milliseconds(1'800'000'000'000),
                                 .event  = core::AuditEvent::login_refused,
                                 .user   = core::UserId{{{1}}},
                                 .origin = {.address = {"192.0.2.7"}, .user_agent = std::string(200, 'b')},
                                 .detail = "a reason that does not fit into a std::string"};
    auto const             storage = open_test_storage(file.path());
    std::int64_t           written = 0;
    for_each_allocation([&](std::size_t nth, Failing how) {
        auto const tried = attempt(nth, how, [&] { return storage->audit().append(entry); });
        EXPECT_TRUE(storage->audit().append(entry)) << nth;
        written += tried.end == End::done ? 2 : 1;
        return tried.struck;
    });
    auto const verdict = storage->audit_review().verify(std::nullopt).value();
    EXPECT_FALSE(verdict.bad);
    EXPECT_EQ(verdict.rows, written);
}

}  // namespace
}  // namespace signet::storage
