#include "storage/commit_queue.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "storage/test_file.hpp"

namespace signet::storage {
namespace {

using core::Errc;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

class CommitQueueTest : public testing::Test {
protected:
    using Deed = std::function<Result<void>(Transaction&)>;

    CommitQueueTest()
    {
        Connection maker(make_file(file_), Role::writer, 5s);
        maker.must_run(
            "PRAGMA journal_mode=WAL;"
            "CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT;"
            "CREATE TABLE child (n INTEGER REFERENCES t(n) DEFERRABLE INITIALLY DEFERRED) STRICT;");
    }

    static std::string make_file(TestFile const& file)
    {
        std::ofstream const made{file.path()};
        return file.path().string();
    }

    static Deed inserting(std::int64_t number)
    {
        return [number](Transaction& transaction) -> Result<void> {
            TRY(transaction.run("INSERT INTO t (n) VALUES ($1)", {number}));
            return {};
        };
    }

    // What becomes of deeds that all waited while another was run: their answers, in their order.
    std::vector<std::string> run_together(std::vector<Deed> const& deeds)
    {
        std::vector<std::string> answers(deeds.size());
        std::vector<std::thread> threads;
        auto const               first = queue_.run([&](Transaction&) -> Result<void> {
            for (std::size_t i = 0; i < deeds.size(); ++i) {
                threads.emplace_back([&, i] { answers[i] = said(deeds[i]); });
                while (queue_.waiting() <= i) std::this_thread::yield();
            }
            return core::refused(Errc::not_found);  // it is no neighbour
        });
        for (auto& thread : threads) thread.join();
        EXPECT_FALSE(first);
        return answers;
    }

    std::string said(Deed const& deed)
    {
        try {
            auto const answer = queue_.run(deed);
            return answer ? "done" : std::string{core::name(answer.error().code)};
        } catch (std::runtime_error const& error) {
            return error.what();
        }
    }

    std::vector<std::int64_t> rows()
    {
        std::vector<std::int64_t> out;
        Connection                reader(file_.path().string(), Role::reader, 5s);
        EXPECT_TRUE(reader.step("SELECT n FROM t ORDER BY n", {}, [&](Row const& row) -> Result<void> {
            out.push_back(row.integer(0));
            return {};
        }));
        return out;
    }

    TestFile                   file_;
    std::atomic<std::uint64_t> statements_ = 0;
    ConnectionPool             writers_{file_.path().string(), Role::writer, 1, 5s};
    CommitQueue                queue_{writers_, statements_, 5s};
};

TEST_F(CommitQueueTest, CommitsOnceForAllWhoWaited)
{
    EXPECT_THAT(run_together({inserting(1), inserting(2), inserting(3)}), ElementsAre("done", "done", "done"));
    EXPECT_THAT(rows(), ElementsAre(1, 2, 3));
    EXPECT_EQ(queue_.commits(), 1U);
}

TEST_F(CommitQueueTest, UndoesARefusalAlone)
{
    auto const refused = [](Transaction& transaction) -> Result<void> {
        TRY(inserting(9)(transaction));
        return core::refused(Errc::not_found);
    };
    EXPECT_THAT(run_together({inserting(1), refused, inserting(2), refused}),
                ElementsAre("done", "not_found", "done", "not_found"));
    EXPECT_THAT(rows(), ElementsAre(1, 2));
}

// So that nobody slows the others down by asking for what is refused.
TEST_F(CommitQueueTest, LetsARefusalThatChangedNothingBe)
{
    int        calls   = 0;
    auto const counted = [&](Transaction& transaction) {
        ++calls;
        return inserting(1)(transaction);
    };
    auto const taken = [](Transaction& transaction) -> Result<void> {
        auto const added = TRY(transaction.run("INSERT INTO t (n) VALUES (1) ON CONFLICT DO NOTHING"));
        if (added == 0) return core::refused(Errc::email_taken);
        return {};
    };
    EXPECT_THAT(run_together({counted, taken, inserting(2), taken}),
                ElementsAre("done", "email_taken", "done", "email_taken"));
    EXPECT_THAT(rows(), ElementsAre(1, 2));
    EXPECT_EQ(queue_.commits(), 1U);
    EXPECT_EQ(calls, 1);
}

TEST_F(CommitQueueTest, UndoesAnExceptionAloneAndThrowsItWhereItBelongs)
{
    auto const broken = [](Transaction& transaction) -> Result<void> {
        TRY(inserting(9)(transaction));
        throw std::runtime_error("a bug");
    };
    EXPECT_THAT(run_together({inserting(1), broken, inserting(2)}), ElementsAre("done", "a bug", "done"));
    EXPECT_THAT(rows(), ElementsAre(1, 2));
}

TEST_F(CommitQueueTest, UndoesAFailureThatTheDeedPassedOver)
{
    auto const careless = [](Transaction& transaction) -> Result<void> {
        TRY(inserting(9)(transaction));
        static_cast<void>(transaction.run("INSERT INTO t (n) VALUES ($1)", {"no number"}));
        return {};
    };
    EXPECT_THAT(run_together({inserting(1), careless, inserting(2)}), ElementsAre("done", "unavailable", "done"));
    EXPECT_THAT(rows(), ElementsAre(1, 2));
}

// As SQLite does by itself when the disk refuses.
TEST_F(CommitQueueTest, RunsNeighboursApartWhenOneUndoesTheTransaction)
{
    int        calls   = 0;
    auto const counted = [&](Transaction& transaction) {
        ++calls;
        return inserting(1)(transaction);
    };
    auto const refused = [](Transaction&) -> Result<void> { return core::refused(Errc::not_found); };
    auto const wrecker = [](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("ROLLBACK"));
        return core::refused(Errc::unavailable);
    };
    struct Counting : Histogram {
        std::atomic<int> observed = 0;
        void             observe(double) override { ++observed; }
    } seconds;
    queue_.measure(seconds);
    auto const before = queue_.commits();
    EXPECT_THAT(run_together({counted, refused, wrecker, inserting(2)}),
                ElementsAre("done", "not_found", "unavailable", "done"));
    EXPECT_EQ(static_cast<std::uint64_t>(seconds.observed), queue_.commits() - before);
    EXPECT_THAT(rows(), ElementsAre(1, 2));
    EXPECT_EQ(calls, 2);
}

// The wrecker's own word does not make it done.
TEST_F(CommitQueueTest, NeverSaysDoneOfWhatIsUndone)
{
    auto const wrecker = [](Transaction& transaction) -> Result<void> {
        TRY(inserting(9)(transaction));
        TRY(transaction.run("ROLLBACK"));
        return {};
    };
    EXPECT_THAT(run_together({inserting(1), wrecker}), ElementsAre("done", "unavailable"));
    EXPECT_THAT(rows(), ElementsAre(1));
    EXPECT_EQ(said(wrecker), "unavailable");
}

TEST_F(CommitQueueTest, TellsNobodyDoneWhenTheCommitFails)
{
    auto const orphan = [](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("INSERT INTO child (n) VALUES ($1)", {77}));
        return {};
    };
    auto const sees = [](Transaction& transaction) -> Result<void> {
        auto const read  = [](Row const& row) -> Result<std::int64_t> { return row.integer(0); };
        auto const found = TRY(transaction.find("SELECT n FROM t", {}, read));
        if (found) return core::refused(Errc::email_taken);  // because of a neighbour that is undone in the end
        return {};
    };
    EXPECT_THAT(run_together({inserting(1), sees, orphan}), ElementsAre("unavailable", "unavailable", "unavailable"));
    EXPECT_THAT(rows(), ElementsAre());
    EXPECT_EQ(queue_.commits(), 0U);
    EXPECT_EQ(said(inserting(2)), "done");
}

TEST_F(CommitQueueTest, RefusesAllWhoWaitWhenNoTransactionCanBegin)
{
    Connection     other(file_.path().string(), Role::writer, 5s);
    ConnectionPool impatient{file_.path().string(), Role::writer, 1, 20ms};
    CommitQueue    queue{impatient, statements_, 5s};
    other.must_run("BEGIN IMMEDIATE;");
    std::vector<std::thread> threads;
    std::atomic<int>         refused = 0;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            auto const answer = queue.run(inserting(i));
            if (!answer && answer.error().detail.contains("locked")) ++refused;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(refused, 8);
    other.must_run("ROLLBACK;");
    EXPECT_TRUE(queue.run(inserting(1)));
}

// CHECKS E22
TEST_F(CommitQueueTest, WaitsNotForEverBehindADeedThatGoesOn)
{
    CommitQueue queue{writers_, statements_, 20ms};
    EXPECT_TRUE(queue.run([&](Transaction&) -> Result<void> {
        std::thread{[&] {
            auto const answer = queue.run(inserting(1));
            EXPECT_EQ(answer.error().code, Errc::unavailable);
            EXPECT_THAT(answer.error().detail, HasSubstr("in use"));
        }}.join();
        return {};
    }));
    EXPECT_THAT(rows(), ElementsAre());
    EXPECT_TRUE(queue.run(inserting(2)));
}

// More than one leader takes on; each answer is that of the caller's own deed, and durable.
TEST_F(CommitQueueTest, AnswersEachOfManyThreadsWithItsOwn)
{
    constexpr int            kThreads = 32;
    constexpr int            kEach    = 20;
    std::atomic<int>         wrong    = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < kEach; ++i) {
                std::int64_t const number = t * kEach + i;
                bool const         refuse = i % 3 == 0;
                auto const         answer = queue_.run([=](Transaction& transaction) -> Result<void> {
                    TRY(inserting(number)(transaction));
                    if (refuse) return core::refused(Errc::not_found, std::to_string(number));
                    return {};
                });
                bool const         right =
                    refuse ? !answer && answer.error().detail == std::to_string(number) : answer.has_value();
                wrong += right ? 0 : 1;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(rows().size(), static_cast<std::size_t>(kThreads * (kEach - (kEach + 2) / 3)));
    EXPECT_LT(queue_.commits(), static_cast<std::uint64_t>(kThreads * kEach));
}

}  // namespace
}  // namespace signet::storage
