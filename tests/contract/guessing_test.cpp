// CHECKS C7, C9, C11, C35: the rules of signing in over real storage, and an attacker with many addresses, all the time
// there is, and one account to open.
#include <gtest/gtest.h>

#include "contract/samples.hpp"
#include "contract/stores.hpp"
#include "core/keyring.hpp"
#include "core/login.hpp"
#include "core/passwords.hpp"
#include "core/refresh_refusals.hpp"
#include "core/revocations.hpp"
#include "core/sign_in_watch.hpp"
#include "core/signup.hpp"
#include "core/testing/world.hpp"
#include "storage/sqlite.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::Errc;
using core::testing::kPassword;

// As core::testing::World, over a file.
class Guessing : public testing::Test {
protected:
    static constexpr int kAddresses = 5'000;

    core::Result<core::SessionGrant> sign_in(std::string_view password, std::string const& from,
                                             std::string const& device = {})
    {
        return core::login(ports_, {.email        = "ann@example.com",
                                    .password     = SecretString{password},
                                    .device_token = device,
                                    .origin       = core::testing::origin(from)});
    }
    void SetUp() override
    {
        ASSERT_TRUE(keyring_.load());
        ASSERT_TRUE(core::signup(ports_, {.email    = "ann@example.com",
                                          .name     = "Ann",
                                          .password = SecretString{kPassword},
                                          .roles    = {},
                                          .origin   = {}}));
    }
    static std::string address(int i)
    {
        auto const host = i % kAddresses;
        return "198.18." + std::to_string(host / 250) + "." + std::to_string(1 + host % 250);
    }
    // How many guesses cost a hash: each of those wrote a row.
    std::size_t hashed()
    {
        return static_cast<std::size_t>(std::ranges::count(storage_->audit().latest(1'000'000).value(),
                                                           AuditEvent::login_refused, &core::AuditEntry::event));
    }

    TemporaryFolder                         folder_;
    core::Settings                          settings_ = core::testing::cheap_settings();
    core::testing::ManualClock              clock_;
    core::testing::CountingRandom           random_;
    std::unique_ptr<storage::SqliteStorage> storage_    = open_storage(folder_.path() / "guessing.db");
    core::MasterKey                         master_key_ = core::testing::make_master_key();
    core::Passwords                         passwords_{settings_.passwords};
    core::Keyring                           keyring_{storage_->signing_keys(), master_key_, settings_, clock_, random_};
    core::Revocations                       revocations_;
    core::RefreshRefusals                   refresh_refusals_;
    core::TokenSecret                       token_secret_ = core::testing::make_token_secret();
    core::SignInWatch                       sign_ins_{settings_.throttle.alarm_failures};
    core::Ports                             ports_{.clock            = clock_,
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
};

// 200 a second, as the drill has it: the waits let in a handful; the owner comes and goes all the while.
TEST_F(Guessing, LetsNoneOf100000GuessesInAndTheOwnerAllTheWhile)
{
    constexpr int kGuesses = 100'000;
    auto const    first    = sign_in(kPassword, "192.0.2.1");
    ASSERT_TRUE(first);
    int  got_in  = 0;
    int  alarmed = -1;
    auto device  = first->device_token;
    for (int i = 0; i < kGuesses; ++i) {
        clock_.advance(5ms);
        // The right password is among them as soon as the waits have begun.
        auto const right = i >= 100 && i % 1'000 == 0;
        auto const guess = sign_in(right ? kPassword : "guess " + std::to_string(i), address(i));
        got_in += guess.has_value();
        if (alarmed < 0 && sign_ins_.is_guessing_suspected(clock_.now())) alarmed = i;
        if (i % 5'000 != 0) continue;
        auto const own = sign_in(kPassword, "192.0.2.1", device);
        ASSERT_TRUE(own) << i << ": " << own.error().detail;
        device = own->device_token;
    }
    EXPECT_EQ(got_in, 0);
    EXPECT_LE(hashed(), 16U) << "five free, then 1, 2, 4 … seconds of the 500 it took";
    EXPECT_GE(alarmed, 0);
    EXPECT_LT(alarmed, 60 * 200) << "within a minute";
}

// An attacker who waits for every wait has a hundred guesses; from then on, for a day, the right password opens
// nothing, from anywhere.
TEST_F(Guessing, OpensToNoStrangerAfterTheHardStop)
{
    auto const first = sign_in(kPassword, "192.0.2.1");
    ASSERT_TRUE(first);
    int guesses = 0;
    for (int i = 0; i < 150; ++i) {
        clock_.advance(settings_.throttle.longest_wait);
        auto const guess = sign_in("guess " + std::to_string(i), address(i));
        ASSERT_FALSE(guess);
        guesses += guess.error().code == Errc::bad_credentials;
    }
    EXPECT_EQ(guesses, 100);
    EXPECT_EQ(hashed(), 100U);
    for (auto const* from : {"198.18.0.1", "203.0.113.9", "192.0.2.1", "2001:db8::1"}) {
        clock_.advance(settings_.throttle.longest_wait);
        auto const right = sign_in(kPassword, from);
        ASSERT_FALSE(right) << from;
        EXPECT_EQ(right.error().code, Errc::slow_down);
    }
    EXPECT_TRUE(sign_in(kPassword, "198.51.100.77", first->device_token)) << "the owner's device, wherever it is";
}

}  // namespace
}  // namespace signet::contract
