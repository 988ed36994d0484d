// The wiring beneath every verb that works on the accounts of a data folder.
#include "cli/instance.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "cli/config_values.hpp"
#include "cli/folder_lock.hpp"
#include "cli/process.hpp"
#include "cli/refusals.hpp"
#include "core/master_key_change.hpp"
#include "core/passwords.hpp"
#include "core/refresh_refusals.hpp"
#include "core/revocations.hpp"
#include "core/sign_in_watch.hpp"
#include "core/token_secret.hpp"
#include "storage/sqlite.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

// How a process that signs no tokens makes keys: of the newest one's algorithm, if there is one.
void sign_nothing(core::TokenSettings& tokens, core::SigningKeyStore& keys)
{
    tokens.access_lifetime = 0s;
    auto all               = keys.list_keys(SystemClock{}.now());
    if (!all) return;
    auto const records = core::of_purpose(*std::move(all), core::KeyPurpose::access_token);
    if (records.empty()) return;
    tokens.algorithm = jose::find_algorithm(core::find_latest(records).algorithm).value_or(tokens.algorithm);
}

// CHECKS C11
void warn_of_guessing()
{
    log::warning("guessing is suspected: sign-ins fail faster than [throttle] alarm_failures allows");
}

// A database and the secrets that open it.
struct Opened {
    std::unique_ptr<storage::SqliteStorage> storage;
    core::MasterKey                         master_key;
    core::TokenSecret                       token_secret;
    TimePoint                               epoch_began;
};

core::Result<core::TokenSecret> load_secret(storage::SqliteStorage& storage, core::MasterKey const& key)
{
    SystemRandom random;
    return core::load_token_secret({.sealed       = storage.sealed(),
                                    .signing_keys = storage.signing_keys(),
                                    .master_key   = key,
                                    .random       = random,
                                    .now          = SystemClock{}.now()});
}

// What a change of the master key left behind that was cut off after the database was under the new one.
std::optional<core::MasterKey> find_next_key(KeyPlace const& place, storage::SqliteStorage& storage)
{
    std::error_code ignored;  // cannot be looked at: not there
    if (!std::filesystem::exists(place.next(), ignored)) return std::nullopt;
    auto       next = parse_key_file({place.next(), false});
    auto const fits = next ? core::opens_everything(storage.sealed(), *next) : false;
    return fits && *fits ? std::optional{*std::move(next)} : std::nullopt;
}

Trouble wrong_master_key(KeyPlace const& place, DataFolder const& folder)
{
    return fmt::format(
        "The master key {} does not open the signing keys in {}. Put back the master key that belongs to this "
        "database; "
        "nothing was changed.",
        place.path.string(), folder.database().string());
}

std::expected<Opened, Trouble> open_storage(KeyPlace const& place, DataFolder const& folder, core::MasterKey key)
{
    auto storage = storage::SqliteStorage::open(folder.database());
    auto secret  = load_secret(*storage, key);
    if (!secret && secret.error().code == core::Errc::wrong_master_key) {
        auto next = find_next_key(place, *storage);
        if (next) {
            TRY(install_next_key(place));
            log::info("a change of the master key that was interrupted is finished", {{"file", place.path.string()}});
            secret = load_secret(*storage, *next);
            key    = *std::move(next);
        }
    }
    if (!secret && secret.error().code == core::Errc::wrong_master_key)
        return std::unexpected(wrong_master_key(place, folder));
    if (!secret) return std::unexpected(sentence(secret.error(), "the token secret"));
    SystemRandom random;
    auto const   audited = storage->begin_audit(key, random);
    if (!audited) return std::unexpected(sentence(audited.error(), "the audit log"));
    auto const began = storage->epochs().epoch_began();
    if (!began) return std::unexpected(sentence(began.error(), "the epoch"));
    return Opened{std::move(storage), std::move(key), *std::move(secret), *began};
}

}  // namespace

KeySources key_sources(Config const& config)
{
    return {.configured = config.master_key, .credentials = find_variable("CREDENTIALS_DIRECTORY").value_or("")};
}

struct Instance::State {
    State(core::Settings rules, FolderLock locked, Opened opened)
        : settings(std::move(rules)),
          lock(std::move(locked)),
          master_key(std::move(opened.master_key)),
          token_secret(std::move(opened.token_secret)),
          storage(std::move(opened.storage)),
          epoch_began(opened.epoch_began),
          passwords(settings.passwords),
          keyring(storage->signing_keys(), master_key, settings, clock, random),
          feed_keyring(storage->signing_keys(), master_key, settings, clock, random, core::KeyPurpose::revocation_feed),
          event_keyring(storage->signing_keys(), master_key, settings, clock, random, core::KeyPurpose::security_events)
    {
    }

    core::Settings const                    settings;
    SystemClock                             clock;
    SystemRandom                            random;
    FolderLock const                        lock;
    core::MasterKey const                   master_key;
    core::TokenSecret const                 token_secret;
    std::unique_ptr<storage::SqliteStorage> storage;
    TimePoint const                         epoch_began;
    core::Passwords const                   passwords;
    core::Keyring                           keyring;
    core::Keyring                           feed_keyring;
    core::Keyring                           event_keyring;
    core::Revocations                       revocations;
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
                                                  .token_secret     = token_secret,
                                                  .revocation_log   = storage->revocations(),
                                                  .revocations      = revocations,
                                                  .verifiers        = storage->verifiers(),
                                                  .receivers        = storage->receivers(),
                                                  .refresh_refusals = refresh_refusals,
                                                  .sign_ins         = sign_ins,
                                                  .settings         = settings,
                                                  .epoch_began      = epoch_began};
};

Instance::Instance(std::unique_ptr<State> state) : state_(std::move(state)) {}
Instance::~Instance() = default;

std::expected<std::unique_ptr<Instance>, Trouble> Instance::open(Config const& config, DataFolder const& folder,
                                                                 Purpose purpose)
{
    auto lock = TRY(FolderLock::share(folder.path()));
    TRY(folder.require_whole());
    SystemRandom random;
    auto const   sources = key_sources(config);
    // Another file than the folder's own may be for root alone.
    bool const   inside  = sources.configured.empty() && sources.credentials.empty();
    auto const   root    = purpose == Purpose::copying ? DataFolder::Root::kept : DataFolder::Root::given_up;
    if (purpose != Purpose::serving && inside) TRY(folder.become_owner(root));
    auto key = TRY(folder.master_key(sources, random));
    if (purpose != Purpose::serving) TRY(folder.become_owner(root));
    auto const place    = key_place(sources, folder.path());
    auto       opened   = TRY(open_storage(place, folder, std::move(key)));
    auto       rules    = config.rules;
    rules.tokens.issuer = config.issuer;
    if (rules.tokens.audience.empty()) rules.tokens.audience = config.issuer;
    if (purpose != Purpose::serving) sign_nothing(rules.tokens, opened.storage->signing_keys());

    auto state = std::make_unique<State>(std::move(rules), std::move(lock), std::move(opened));
    for (auto* const keyring : {&state->keyring, &state->feed_keyring, &state->event_keyring}) {
        auto const loaded = keyring->load();
        if (!loaded && loaded.error().code == core::Errc::wrong_master_key)
            return std::unexpected(wrong_master_key(place, folder));
        if (!loaded) return std::unexpected(sentence(loaded.error(), "the signing keys"));
    }
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

core::Keyring& Instance::feed_keyring()
{
    return state_->feed_keyring;
}

core::Keyring& Instance::event_keyring()
{
    return state_->event_keyring;
}

core::Keyring& Instance::keyring(core::KeyPurpose purpose)
{
    switch (purpose) {
        case core::KeyPurpose::access_token:
            return keyring();
        case core::KeyPurpose::revocation_feed:
            return feed_keyring();
        case core::KeyPurpose::security_events:
            return event_keyring();
    }
    return keyring();
}

core::MasterKey const& Instance::master_key() const
{
    return state_->master_key;
}

core::AuditReview& Instance::audit_review()
{
    return state_->storage->audit_review();
}

core::Result<bool> Instance::schedule_key(core::KeyPurpose purpose)
{
    auto const now     = state_->clock.now();
    auto&      keyring = this->keyring(purpose);
    if (core::find_latest(keyring.current()->records).active_from > now) return false;
    // The keyring adds the next key when it is due; with keys that live no time it is due now.
    auto due              = state_->settings;
    due.keys.rotate_every = 0s;
    core::Keyring next(state_->storage->signing_keys(), state_->master_key, due, state_->clock, state_->random,
                       purpose);
    TRY(next.load());
    TRY(next.maintain());
    TRY(keyring.maintain());
    return true;
}

core::Result<void> Instance::copy_database(std::filesystem::path const& file)
{
    return state_->storage->copy_to(file);
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

std::size_t Instance::waiting_writes() const
{
    return state_->storage->waiting();
}

void Instance::measure(Histogram& commit_seconds)
{
    state_->storage->measure(commit_seconds);
}

std::uint64_t Instance::statements() const
{
    return state_->storage->statements();
}

}  // namespace signet::cli
