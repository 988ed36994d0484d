// What only storage that outlives the process can promise.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <thread>

#include "contract/samples.hpp"
#include "contract/stores.hpp"
#include "storage/sqlite.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::EndReason;
using storage::SqliteStorage;

class Durability : public testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<SqliteStorage> open() const { return open_storage(file_); }

    TemporaryFolder       folder_;
    std::filesystem::path file_ = folder_.path() / "durable.db";
};

TEST_F(Durability, AReopenedStorageHasEverything)
{
    auto const keys = std::vector{core::AttemptKey{core::AttemptScope::account, "ann@example.com"}};
    auto const limits =
        std::vector{core::AttemptLimit{.key = keys[0], .free = 1, .longest_wait = 15min, .forget_after = 24h}};
    auto          storage = open();
    auto const    user    = add_user(storage->users(), "ann@example.com");
    core::Session live    = open_session(storage->sessions(), user);
    core::Session ended   = open_session(storage->sessions(), user);
    ASSERT_TRUE(storage->sessions().rotate_session(sample_rotation(live, 0, kStart + 1min)).value());
    ASSERT_TRUE(
        storage->sessions().end_session(ended.id, user.id, EndReason::signed_out, entry(AuditEvent::session_ended)));
    for (int i = 0; i < 2; ++i) ASSERT_EQ(storage->attempts().admit(limits, kStart).value(), 0ms);
    ASSERT_TRUE(storage->signing_keys()
                    .add_key(sample_key("first", kStart, kStart), std::nullopt, 15min, entry(AuditEvent::key_added))
                    .value());
    auto const rows = storage->audit().latest(100).value().size();

    storage.reset();
    storage = open();
    EXPECT_EQ(storage->users().find_user(user.email).value()->id, user.id);
    EXPECT_EQ(storage->sessions().find_session(live.id).value()->session.generation, 1U);
    EXPECT_EQ(storage->sessions().find_session(ended.id).value()->session.end_reason, EndReason::signed_out);
    EXPECT_EQ(storage->attempts().admit(limits, kStart).value(), 1s);  // CHECKS C10: counters survive
    EXPECT_EQ(storage->signing_keys().list_keys(kStart).value().size(), 1U);
    EXPECT_EQ(storage->audit().latest(100).value().size(), rows);
}

TEST_F(Durability, TwoStoragesOnOneFileSeeEachOther)
{
    auto const one  = open();
    auto const two  = open();
    auto const user = add_user(one->users(), "ann@example.com");
    EXPECT_EQ(two->users().find_user(user.id).value()->id, user.id);
    auto const taken = two->users().add_user(sample_user("ANN@example.com"), entry(AuditEvent::user_added));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, core::Errc::email_taken);

    ASSERT_TRUE(two->users().disable_user(user.id, entry(AuditEvent::user_disabled)));
    auto const opened =
        one->sessions().open_session({sample_session(user), user.password, {}}, entry(AuditEvent::login_succeeded));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, core::Errc::bad_credentials);
}

TEST_F(Durability, TwoStoragesRotateASessionOnce)
{
    auto const               one     = open();
    auto const               two     = open();
    auto const               session = open_session(one->sessions(), add_user(one->users(), "ann@example.com"));
    std::atomic<int>         rotated = 0;
    std::atomic<int>         refused = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 20; ++i)
        threads.emplace_back([&, i] {
            auto&      storage = i % 2 == 0 ? *one : *two;
            auto const result  = storage.sessions().rotate_session(sample_rotation(session, 0, kStart + 1min));
            if (result && *result) ++rotated;
            if (result && !*result) ++refused;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(rotated, 1);
    EXPECT_EQ(refused, 19);
}

TEST_F(Durability, TwoStoragesAddOneNextKey)
{
    auto const one = open();
    auto const two = open();
    ASSERT_TRUE(one->signing_keys()
                    .add_key(sample_key("first", kStart, kStart), std::nullopt, 15min, entry(AuditEvent::key_added))
                    .value());
    std::atomic<int> added = 0;
    auto const       race  = [&](SqliteStorage& storage, std::string kid) {
        auto const next = sample_key(std::move(kid), kStart + 1min, kStart + 1h);
        auto const won  = storage.signing_keys().add_key(next, kStart, 15min, entry(AuditEvent::key_rotated));
        if (won && *won) ++added;
    };
    std::thread left([&] { race(*one, "left"); });
    std::thread right([&] { race(*two, "right"); });
    left.join();
    right.join();
    EXPECT_EQ(added, 1);
    EXPECT_EQ(two->signing_keys().list_keys(kStart).value().size(), 2U);
}

TEST_F(Durability, ManyMayOpenANewFileAtOnce)
{
    std::atomic<int>         opened = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            auto const storage = open();
            auto const user    = sample_user("user" + std::to_string(i) + "@example.com");
            if (storage->users().add_user(user, entry(AuditEvent::user_added))) ++opened;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(opened, 8);
    EXPECT_EQ(open()->users().list_users("", 100).value().size(), 8U);
}

// Rotates `session` for ever, each time telling `out` the generation that was reached.
[[noreturn]] void rotate_until_killed(std::filesystem::path const& file, core::Session const& session, int out)
{
    auto const storage = open_storage(file);
    for (std::uint64_t generation = 0;; ++generation) {
        auto const at = kStart + std::chrono::milliseconds{generation};
        if (!storage->sessions().rotate_session(sample_rotation(session, generation, at)).value_or(false)) _exit(1);
        auto const reached = generation + 1;
        if (::write(out, &reached, sizeof reached) != sizeof reached) _exit(1);
    }
}

// CHECKS E19, E20: what was answered is there, and the row is whole.
TEST_F(Durability, ARotationThatWasAnsweredSurvivesAKill)
{
    for (std::uint64_t const kill_after : {1U, 7U, 40U, 150U}) {
        auto const session = [&] {
            auto const storage = open();
            auto const name    = "user" + std::to_string(kill_after) + "@example.com";
            return open_session(storage->sessions(), add_user(storage->users(), name));
        }();

        int pipe_ends[2];
        ASSERT_EQ(::pipe(pipe_ends), 0);
        auto const child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) rotate_until_killed(file_, session, pipe_ends[1]);
        ::close(pipe_ends[1]);

        std::uint64_t answered = 0;
        while (answered < kill_after && ::read(pipe_ends[0], &answered, sizeof answered) == sizeof answered) {
        }
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        ASSERT_EQ(::waitpid(child, nullptr, 0), child);
        while (::read(pipe_ends[0], &answered, sizeof answered) == sizeof answered) {
        }
        ::close(pipe_ends[0]);
        ASSERT_GE(answered, kill_after);

        auto const kept = open()->sessions().find_session(session.id).value().value().session;
        EXPECT_GE(kept.generation, answered);
        EXPECT_LE(kept.generation, answered + 1);  // committed, and killed before it could say so
        EXPECT_EQ(kept.rotated_at, kStart + std::chrono::milliseconds{kept.generation - 1});
    }
}

// CHECKS E19: no half-written sign-in. Session and audit row are one transaction.
TEST_F(Durability, AKillLeavesNoHalfOfASignIn)
{
    auto const user = add_user(open()->users(), "ann@example.com");
    int        pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    auto const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto const storage = open();
        while (true) {
            open_session(storage->sessions(), user);
            if (::write(pipe_ends[1], "", 1) != 1) _exit(1);
        }
    }
    ::close(pipe_ends[1]);
    char        answer   = 0;
    std::size_t answered = 0;
    while (answered < 150 && ::read(pipe_ends[0], &answer, 1) == 1) ++answered;
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    while (::read(pipe_ends[0], &answer, 1) == 1) ++answered;
    ::close(pipe_ends[0]);

    auto const storage = open();
    auto const rows    = storage->audit().latest(100'000).value();
    auto const count   = [&](AuditEvent event) {
        return static_cast<std::size_t>(std::ranges::count(rows, event, &core::AuditEntry::event));
    };
    auto const sign_ins = count(AuditEvent::login_succeeded);
    EXPECT_GE(sign_ins, answered);
    EXPECT_LE(sign_ins, answered + 1);
    // Those beyond the hundredth each ended another.
    EXPECT_EQ(storage->sessions().list_sessions(user.id, kStart).value().size(), core::kMostSessions);
    EXPECT_EQ(count(AuditEvent::session_ended), sign_ins - core::kMostSessions);
}

// Does `deed` for ever in another process, with the number of the round, and kills it after `rounds` answers. Gives how
// many were answered.
std::uint64_t do_until_killed(std::filesystem::path const& file, std::uint64_t rounds,
                              std::function<bool(SqliteStorage&, std::uint64_t)> const& deed)
{
    int pipe_ends[2];
    if (::pipe(pipe_ends) != 0) throw std::runtime_error("no pipe");
    auto const child = ::fork();
    if (child == 0) {
        auto const storage = open_storage(file);
        for (std::uint64_t round = 0;; ++round)
            if (!deed(*storage, round) || ::write(pipe_ends[1], "", 1) != 1) _exit(1);
    }
    ::close(pipe_ends[1]);
    char          answer   = 0;
    std::uint64_t answered = 0;
    while (answered < rounds && ::read(pipe_ends[0], &answer, 1) == 1) ++answered;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe_ends[0], &answer, 1) == 1) ++answered;
    ::close(pipe_ends[0]);
    return answered;
}

// CHECKS E20: a sign-out that was answered is one, its audit row is there, and so is what tells verifiers.
TEST_F(Durability, ASignOutThatWasAnsweredSurvivesAKill)
{
    std::vector<core::Session> opened;
    auto const                 user = [&] {
        auto const storage = open();
        auto       ann     = add_user(storage->users(), "ann@example.com");
        for (int i = 0; i < 90; ++i) opened.push_back(open_session(storage->sessions(), ann));
        return ann;
    }();
    auto const answered = do_until_killed(file_, 40, [&](SqliteStorage& storage, std::uint64_t round) {
        if (round == opened.size()) ::pause();
        auto audit         = entry(AuditEvent::session_ended);
        audit.session      = opened[round].id;
        auto const revoked = storage.sessions().end_session(opened[round].id, user.id, EndReason::signed_out, audit);
        return revoked && revoked->size() == 1;
    });
    ASSERT_GE(answered, 40U);

    auto const storage = open();
    for (std::size_t i = 0; i < answered; ++i)
        EXPECT_EQ(storage->sessions().find_session(opened[i].id).value()->session.end_reason, EndReason::signed_out);
    auto const rows  = storage->audit().latest(100'000).value();
    auto const ended = opened.size() - storage->sessions().list_sessions(user.id, kStart).value().size();
    EXPECT_EQ(std::ranges::count(rows, AuditEvent::session_ended, &core::AuditEntry::event), std::ssize(rows) - 91);
    EXPECT_EQ(rows.size(), 91 + ended);
    EXPECT_LE(ended, answered + 1);

    // CHECKS E24: no sign-out without its entry, and no entry without its sign-out.
    auto const       log = storage->revocations().read_log(0, 1000).value();
    revocation::Hash hash{};
    ASSERT_EQ(log.entries.size(), ended);
    for (std::size_t i = 0; i < ended; ++i) {
        EXPECT_EQ(log.entries[i].sequence, i + 1);
        EXPECT_EQ(log.entries[i].subject, opened[i].id.text());
        hash = revocation::link(hash, revocation::format_line(log.entries[i]));
    }
    EXPECT_EQ(log.head.hash, hash);
}

// CHECKS C10, E20: a guess that was answered stays counted.
TEST_F(Durability, AGuessThatWasAnsweredStaysCountedAfterAKill)
{
    auto const key = core::AttemptKey{core::AttemptScope::account, "ann@example.com"};
    auto const limits =
        std::vector{core::AttemptLimit{.key = key, .free = 1'000'000, .longest_wait = 15min, .forget_after = 24h}};
    static_cast<void>(open());
    auto const answered = do_until_killed(file_, 60, [&](SqliteStorage& storage, std::uint64_t) {
        return storage.attempts().admit(limits, kStart).value_or(1ms) == 0ms;
    });
    ASSERT_GE(answered, 60U);

    // As many failures and no fewer: where one less is free, there is a wait.
    auto const storage = open();
    auto       strict  = limits;
    strict[0].free     = static_cast<std::uint32_t>(answered) - 1;
    EXPECT_GT(storage->attempts().admit(strict, kStart).value(), 0ms);
    strict[0].free = static_cast<std::uint32_t>(answered) + 1;
    EXPECT_EQ(storage->attempts().admit(strict, kStart).value(), 0ms);
}

}  // namespace
}  // namespace signet::contract
