// Ten days of a server's life in some seconds: the rules, the stores on SQLite, and the chores, by a clock that is set.
#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "base/result.hpp"
#include "cli/maintenance.hpp"
#include "contract/stores.hpp"
#include "core/access_token.hpp"
#include "core/logout.hpp"
#include "core/refresh.hpp"
#include "core/testing/world.hpp"
#include "storage/sqlite.hpp"
#include "storage/sqlite_engine.hpp"

namespace signet::contract {
namespace {

using namespace std::chrono_literals;
using core::testing::kPassword;

constexpr auto kDays = 10;

core::Settings settings()
{
    auto settings                  = core::testing::cheap_settings();
    settings.keys                  = {.rotate_every = 24h, .publish_ahead = 1h};
    settings.sessions.idle_limit   = 6h;
    settings.throttle.forget_after = 1h;
    settings.audit.keep            = 24h;
    return settings;
}

// A resource server: it has the key set that it fetched last, for as long as it may be kept.
class Verifier {
public:
    explicit Verifier(core::Settings const& settings)
        : policy_(*jose::Policy::create({.issuer     = settings.tokens.issuer,
                                         .audience   = settings.tokens.audience,
                                         .type       = "at+jwt",
                                         .algorithms = {settings.tokens.algorithm}}))
    {
    }

    bool accepts(std::string const& token, core::Keyring const& keyring, TimePoint now)
    {
        if (now - fetched_at_ >= kFresh) {
            keys_       = *jose::KeySet::parse(keyring.current()->jwks);
            fetched_at_ = now;
            ++fetches_;
        }
        return jose::verify(token, keys_, policy_, now).has_value();
    }
    [[nodiscard]] int fetches() const { return fetches_; }

private:
    static constexpr auto kFresh = 5min;  // Cache-Control of the key set

    jose::Policy policy_;
    jose::KeySet keys_;
    TimePoint    fetched_at_{};
    int          fetches_ = 0;
};

// How many rows each table has, and the pages they lie in.
struct Size {
    std::int64_t sessions;
    std::int64_t attempts;
    std::int64_t audit;
    std::int64_t pages;
};

class DaysOfLife : public ::testing::Test {
protected:
    struct Token {
        std::string text;
        TimePoint   until;
    };

    std::int64_t number(storage::Sql sql)
    {
        auto const read = [](storage::Row const& row) -> core::Result<std::int64_t> { return row.integer(0); };
        return onlooker_.read([&](storage::Transaction& transaction) { return transaction.find(sql, {}, read); })
            .value()
            .value();
    }
    Size size()
    {
        return {.sessions = number("SELECT count(*) FROM sessions"),
                .attempts = number("SELECT count(*) FROM attempts"),
                .audit    = number("SELECT count(*) FROM audit"),
                .pages    = number("SELECT page_count FROM pragma_page_count")};
    }

    void keep(core::AccessToken const& token)
    {
        tokens_.push_back({token.text, clock_.now() + token.expires_in});
        ++issued_;
    }

    // Someone signs in, after a mistake every other time, and has a session that is renewed for three hours.
    void sign_in()
    {
        auto const from    = core::testing::origin("192.0.2." + std::to_string(issued_ % 5));
        auto const attempt = [&](std::string_view password) {
            return core::login(
                ports_,
                {.email = "ann@example.com", .password = SecretString{password}, .device_token = {}, .origin = from});
        };
        if (++people_ % 2 == 0) {
            EXPECT_FALSE(attempt("not her password"));
        }
        clock_.advance(1s);
        auto grant = attempt(kPassword);
        ASSERT_TRUE(grant) << grant.error().detail;
        keep(grant->access);
        sessions_.push_back({.refresh = std::string{grant->refresh.reveal()}, .since = clock_.now()});
    }

    // Then half of them sign out, and half are never seen again.
    void renew()
    {
        for (auto& session : sessions_) {
            auto grant = core::refresh(ports_, {.token = SecretString{session.refresh}, .origin = {}});
            ASSERT_TRUE(grant) << grant.error().detail;
            keep(grant->access);
            if (!grant->refresh.empty()) session.refresh = grant->refresh.reveal();
        }
        while (!sessions_.empty() && clock_.now() - sessions_.front().since >= 3h) {
            if (++people_ % 4 < 2) {
                ASSERT_TRUE(core::logout(ports_, sessions_.front().refresh, {}));
            }
            sessions_.pop_front();
        }
    }

    // Every token that has not expired, by somebody who has cached the keys.
    void verify()
    {
        auto const now = clock_.now();
        while (!tokens_.empty() && tokens_.front().until <= now) tokens_.pop_front();
        for (auto const& token : tokens_) {
            ++verified_;
            failed_ += verifier_.accepts(token.text, keyring_, now) ? 0 : 1;
        }
    }

    void live_a_minute(int minute)
    {
        clock_.advance(1min);
        ASSERT_TRUE(revocations_.follow(storage_->revocations(), clock_.now()));
        chores_.maintain_keys();
        kids_.insert({std::string{keyring_.current()->signing->kid()}, minute});
        EXPECT_LE(keyring_.current()->published.size(), 3U);
        EXPECT_LE(feed_keyring_.current()->published.size(), 3U);
        if (minute % 60 == 7) sign_in();
        if (minute % 60 == 11) renew();
        if (minute % 60 == 0) chores_.remove_old_rows([](std::chrono::nanoseconds) { return true; });
        verify();
    }

    struct Live {
        std::string refresh;
        TimePoint   since;
    };

    TemporaryFolder                         folder_;
    std::filesystem::path                   file_     = folder_.path() / "signet.db";
    core::Settings                          settings_ = settings();
    core::testing::ManualClock              clock_;
    core::testing::CountingRandom           random_;
    std::unique_ptr<storage::SqliteStorage> storage_    = open_storage(file_);
    storage::SqliteEngine                   onlooker_   = storage::SqliteEngine(file_);
    core::MasterKey                         master_key_ = core::testing::make_master_key();
    core::Passwords                         passwords_{settings_.passwords};
    core::Keyring                           keyring_{storage_->signing_keys(), master_key_, settings_, clock_, random_};
    core::Keyring              feed_keyring_{storage_->signing_keys(),         master_key_, settings_, clock_, random_,
                                core::KeyPurpose::revocation_feed};
    core::Revocations          revocations_;
    core::RefreshRefusals      refresh_refusals_;
    core::TokenSecret          token_secret_ = core::testing::make_token_secret();
    core::SignInWatch          sign_ins_{settings_.throttle.alarm_failures, [] {}};
    core::Ports                ports_{.clock            = clock_,
                                      .random           = random_,
                                      .users            = storage_->users(),
                                      .sessions         = storage_->sessions(),
                                      .attempts         = storage_->attempts(),
                                      .audit            = storage_->audit(),
                                      .passwords        = passwords_,
                                      .keyring          = keyring_,
                                      .token_secret     = token_secret_,
                                      .revocation_log   = storage_->revocations(),
                                      .revocations      = revocations_,
                                      .verifiers        = storage_->verifiers(),
                                      .receivers        = storage_->receivers(),
                                      .refresh_refusals = refresh_refusals_,
                                      .sign_ins         = sign_ins_,
                                      .settings         = settings_};
    Metrics                    metrics_;
    cli::Chores                chores_{{.ports              = ports_,
                                        .keyring            = keyring_,
                                        .feed_keyring       = feed_keyring_,
                                        .audit              = storage_->audit_review(),
                                        .metrics            = metrics_,
                                        .follow_verifiers   = [] { return core::Result<void>{}; },
                                        .follow_certificate = [] { return core::Result<void>{}; }}};
    Verifier                   verifier_{settings_};
    std::deque<Live>           sessions_;
    std::deque<Token>          tokens_;
    std::map<std::string, int> kids_;  // that signed, and since which minute
    int                        people_   = 0;
    int                        issued_   = 0;
    int                        verified_ = 0;
    int                        failed_   = 0;
};

// CHECKS E27: every token verifies, though the key changes each day and a verifier looks every five minutes. And what
// is over goes: a day leaves as many rows as the day before.
TEST_F(DaysOfLife, LeaveNothingBehindAndNobodyWithoutAKey)
{
    ASSERT_TRUE(keyring_.load());
    ASSERT_TRUE(feed_keyring_.load());
    ASSERT_TRUE(core::signup(
        ports_,
        {.email = "ann@example.com", .name = "Ann", .password = SecretString{kPassword}, .roles = {}, .origin = {}}));

    constexpr int     kMinutes = 24 * 60;
    std::vector<Size> evenings;
    for (int minute = 1; minute <= kDays * kMinutes && !HasFatalFailure(); ++minute) {
        live_a_minute(minute);
        if (minute % kMinutes == 0) evenings.push_back(size());
    }

    EXPECT_EQ(failed_, 0) << "of " << verified_;
    EXPECT_GT(verified_, issued_);
    EXPECT_LE(verifier_.fetches(), kDays * kMinutes / 5);
    EXPECT_GE(kids_.size(), kDays - 1U) << "a new key each day";

    // Sessions stay for a week after they were over, so from the ninth day on everything has found its size.
    auto const& last   = evenings.at(kDays - 1);
    auto const& before = evenings.at(kDays - 2);
    EXPECT_EQ(last.sessions, before.sessions);
    EXPECT_EQ(last.attempts, before.attempts);
    EXPECT_EQ(last.audit, before.audit);
    EXPECT_LE(10 * last.pages, 11 * before.pages);  // keys stay, a row a day
    EXPECT_LE(last.sessions, 8 * 24);
    EXPECT_LE(last.attempts, 20);
    EXPECT_LE(revocations_.size(), 4U) << "whose tokens still live";
    auto const log = storage_->revocations().read_log(0, 1000).value();
    EXPECT_LE(log.entries.size(), 13U) << "of the twelve sign-outs of a day: they are kept that much longer";
    EXPECT_GT(log.head.sequence, 4U * kDays) << "numbers go on";
    RecordProperty("verified", verified_);
}

}  // namespace
}  // namespace signet::contract
