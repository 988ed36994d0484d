// The wiring beneath every verb that opens a data folder: the one file that names concrete stores and clocks.
#include "cli/instance.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "cli/config_values.hpp"
#include "cli/process.hpp"
#include "cli/refusals.hpp"
#include "core/ended_sessions.hpp"
#include "core/passwords.hpp"
#include "core/refresh_refusals.hpp"
#include "core/sign_in_watch.hpp"
#include "storage/sqlite.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

// How a process that signs no tokens makes keys: of the newest one's algorithm, if there is one.
void sign_nothing(core::TokenSettings& tokens, core::SigningKeyStore& keys)
{
    tokens.access_lifetime = 0s;
    auto const records     = keys.list_keys(SystemClock{}.now());
    if (!records || records->empty()) return;
    tokens.algorithm = jose::find_algorithm(core::find_latest(*records).algorithm).value_or(tokens.algorithm);
}

// CHECKS C11
void warn_of_guessing()
{
    log::warning("guessing is suspected: sign-ins fail faster than [throttle] alarm_failures allows");
}

}  // namespace

struct Instance::State {
    State(core::Settings rules, std::unique_ptr<storage::SqliteStorage> opened, core::MasterKey key)
        : settings(std::move(rules)),
          master_key(std::move(key)),
          storage(std::move(opened)),
          passwords(settings.passwords),
          keyring(storage->signing_keys(), master_key, settings, clock, random)
    {
    }

    core::Settings const                    settings;
    SystemClock                             clock;
    SystemRandom                            random;
    core::MasterKey const                   master_key;
    std::unique_ptr<storage::SqliteStorage> storage;
    core::Passwords const                   passwords;
    core::Keyring                           keyring;
    core::EndedSessions                     ended_sessions;
    core::RefreshRefusals                   refresh_refusals;
    core::SignInWatch                       sign_ins{settings.throttle.alarm_failures, warn_of_guessing};
    core::Ports const                       ports{.clock            = clock,
                                                  .random           = random,
                                                  .users            = storage->users(),
                                                  .sessions         = storage->sessions(),
                                                  .attempts         = storage->attempts(),
                                                  .audit            = storage->audit(),
                                                  .passwords        = passwords,
                                                  .keyring          = keyring,
                                                  .master_key       = master_key,
                                                  .ended_sessions   = ended_sessions,
                                                  .refresh_refusals = refresh_refusals,
                                                  .sign_ins         = sign_ins,
                                                  .settings         = settings};
};

Instance::Instance(std::unique_ptr<State> state) : state_(std::move(state)) {}
Instance::~Instance() = default;

std::expected<std::unique_ptr<Instance>, Trouble> Instance::open(Config const& config, DataFolder const& folder,
                                                                 Purpose purpose)
{
    SystemRandom     random;
    KeySources const key_sources{.configured  = config.master_key,
                                 .credentials = find_variable("CREDENTIALS_DIRECTORY").value_or("")};
    auto             key       = TRY(folder.master_key(key_sources, random));
    auto const       wrong_key = [&folder] {
        return std::unexpected(fmt::format(
            "The master key does not open the signing keys in {}. Put back the master key that belongs to this "
                  "database; nothing was changed.",
            folder.database().string()));
    };
    auto opened = storage::SqliteStorage::open(folder.database(), key, random);
    if (!opened && opened.error().code == core::Errc::wrong_master_key) return wrong_key();
    if (!opened) return std::unexpected(sentence(opened.error(), "the database"));
    auto storage        = std::move(*opened);
    auto rules          = config.rules;
    rules.tokens.issuer = config.issuer;
    if (rules.tokens.audience.empty()) rules.tokens.audience = config.issuer;
    if (purpose == Purpose::administering) sign_nothing(rules.tokens, storage->signing_keys());

    auto       state  = std::make_unique<State>(std::move(rules), std::move(storage), std::move(key));
    auto const loaded = state->keyring.load();
    if (!loaded && loaded.error().code == core::Errc::wrong_master_key) return wrong_key();
    if (!loaded) return std::unexpected(sentence(loaded.error(), "the signing keys"));
    return std::unique_ptr<Instance>(new Instance(std::move(state)));
}

core::Ports const& Instance::ports() const
{
    return state_->ports;
}

core::Keyring& Instance::keyring()
{
    return state_->keyring;
}

core::AuditReview& Instance::audit_review()
{
    return state_->storage->audit_review();
}

core::Result<bool> Instance::schedule_key()
{
    auto const now = state_->clock.now();
    if (core::find_latest(state_->keyring.current()->records).active_from > now) return false;
    // The keyring adds the next key when it is due; with keys that live no time it is due now.
    auto due              = state_->settings;
    due.keys.rotate_every = 0s;
    core::Keyring next(state_->storage->signing_keys(), state_->master_key, due, state_->clock, state_->random);
    TRY(next.load());
    TRY(next.maintain());
    TRY(state_->keyring.maintain());
    return true;
}

core::Result<void> Instance::check_ready()
{
    if (state_->keyring.current() == nullptr) return core::unavailable("no_signing_key", "no signing key");
    return state_->storage->check_writable();
}

std::uint64_t Instance::commits() const
{
    return state_->storage->commits();
}

std::uint64_t Instance::statements() const
{
    return state_->storage->statements();
}

}  // namespace signet::cli
