#include "core/keyring.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using SharedSigningKey = std::shared_ptr<jose::SigningKey const>;

// Another process may sign with the old key until its next maintain(), by a clock that differs a little.
constexpr auto kSlack = 1min;

// How a refusal of jose looks here: our own keys being unusable is no fault of a caller.
std::unexpected<Error> unusable(jose::Error const& error)
{
    return refused(Errc::unavailable, "signing key: " + std::string{jose::name(error.code)} + " " + error.detail);
}

Result<SharedSigningKey> open_key(SigningKeyRecord const& record, MasterKey const& master_key)
{
    auto const jwk = TRY(master_key.open(record.sealed, sealing_context(record.purpose, record.kid)));
    auto       key = jose::SigningKey::parse_jwk(jwk.reveal());
    if (!key) return unusable(key.error());
    return std::make_shared<jose::SigningKey const>(*std::move(key));
}

// The latest of those whose time has come. None only when the clock was set back to before the first: then that one.
SigningKeyRecord const& find_signing(std::vector<SigningKeyRecord> const& records, TimePoint now)
{
    auto const* chosen = &records.front();
    for (auto const& record : records)
        if (record.active_from <= now && (!record.retired_at || now < *record.retired_at)) chosen = &record;
    return *chosen;
}

bool are_same(std::vector<SigningKeyRecord> const& some, std::vector<SigningKeyRecord> const& others)
{
    return std::ranges::equal(some, others, [](SigningKeyRecord const& a, SigningKeyRecord const& b) {
        return a.kid == b.kid && a.retired_at == b.retired_at && a.published_until == b.published_until &&
               a.longest_token_life == b.longest_token_life;
    });
}

// The keys of `records`: those that `previous` holds are taken from it, the others are opened.
Result<Keys> assemble(std::vector<SigningKeyRecord> records, Keys const* previous, MasterKey const& master_key,
                      TimePoint now)
{
    Keys        keys;
    auto const& signing = find_signing(records, now);
    if (previous != nullptr) keys.generation = previous->generation + 1;
    if (previous != nullptr && previous->signing->kid() == signing.kid) keys.signing = previous->signing;

    std::vector<jose::VerificationKey> published;
    for (auto const& record : records) {
        auto const* const known     = previous == nullptr ? nullptr : previous->published.find(record.kid);
        bool const        must_sign = record.kid == signing.kid && !keys.signing;
        if (known != nullptr && !must_sign) {
            published.push_back(*known);
            continue;
        }
        auto const key = TRY(open_key(record, master_key));
        if (must_sign) keys.signing = key;
        published.push_back(key->verification_key());
    }

    // RFC 7517 knows one kind of set: after a change between shared secrets and the others, only the new kind is in it.
    bool const symmetric = jose::is_symmetric(keys.signing->algorithm());
    std::erase_if(published, [&](auto const& key) { return jose::is_symmetric(key.algorithm()) != symmetric; });
    auto set = jose::KeySet::from(std::move(published));
    if (!set) return unusable(set.error());
    keys.published = *std::move(set);
    if (!symmetric) {
        auto jwks = keys.published.to_json();
        if (!jwks) return unusable(jwks.error());
        keys.jwks = *std::move(jwks);
    }
    keys.longest_token_life = std::ranges::max(records, {}, &SigningKeyRecord::longest_token_life).longest_token_life;
    keys.records            = std::move(records);
    return keys;
}

// A kid that begins with "-" would look like an option where an operator types it; one in 64 would.
jose::Result<jose::SigningKey> generate_key(jose::Algorithm algorithm)
{
    while (true) {
        auto key = jose::SigningKey::generate(algorithm);
        if (!key || !key->kid().starts_with('-')) return key;
    }
}

}  // namespace

std::string sealing_context(std::string_view purpose, std::string_view kid)
{
    std::string context{"signing key\n"};
    return context.append(purpose).append("\n").append(kid);
}

Result<SigningKeyRecord> make_signing_key(NewSigningKey const& wanted, MasterKey const& master_key, Random& random)
{
    auto key = generate_key(wanted.algorithm);
    if (!key) return unusable(key.error());

    std::string const  kid{key->kid()};
    std::string const  purpose{name(wanted.purpose)};
    auto               text = key->reveal_jwk();
    SecretString const jwk{text};
    OPENSSL_cleanse(text.data(), text.size());
    return SigningKeyRecord{.kid                = kid,
                            .algorithm          = std::string{jose::name(key->algorithm())},
                            .purpose            = purpose,
                            .sealed             = master_key.seal(jwk, sealing_context(purpose, kid), random),
                            .created_at         = wanted.created_at,
                            .active_from        = wanted.active_from,
                            .retired_at         = std::nullopt,
                            .published_until    = std::nullopt,
                            .longest_token_life = wanted.token_life};
}

SigningKeyRecord const& find_latest(std::span<SigningKeyRecord const> records)
{
    // Every other has been given its end.
    auto const found = std::ranges::find_if(records, [](SigningKeyRecord const& record) { return !record.retired_at; });
    return found == records.end() ? records.back() : *found;
}

std::vector<SigningKeyRecord> of_purpose(std::vector<SigningKeyRecord> records, KeyPurpose purpose)
{
    std::erase_if(records, [&](SigningKeyRecord const& record) { return record.purpose != name(purpose); });
    return records;
}

Keyring::Keyring(SigningKeyStore& store, MasterKey const& master_key, Settings const& settings, Clock const& clock,
                 Random& random, KeyPurpose purpose)
    : store_(store), master_key_(master_key), settings_(settings), clock_(clock), random_(random), purpose_(purpose)
{
}

Result<void> Keyring::load()
{
    TRY(reload());
    if (!current() && is_made_when_wanted()) return {};
    if (!current()) TRY(provide());
    auto const keys = current();
    if (keys->signing->algorithm() == algorithm()) return {};

    // The operator chose another one: it signs from now on, the old key verifies until its tokens are over.
    TRY(add(clock_.now(), find_latest(keys->records).created_at, AuditEvent::key_rotated));
    return reload();
}

Result<void> Keyring::provide()
{
    TRY(reload());
    if (current()) return {};
    // A key of any age means that another process was first.
    TRY(add(clock_.now(), TimePoint{}, AuditEvent::key_added));
    TRY(reload());
    if (!current()) return refused(Errc::unavailable, "storage keeps no signing key");
    return {};
}

Result<void> Keyring::maintain()
{
    TRY(reload());
    auto const keys = current();
    if (!keys && is_made_when_wanted()) return {};
    if (!keys) return refused(Errc::unavailable, "no signing key");

    // Not yet when the newest is young, or is itself a successor that waits for its time.
    auto const  now    = clock_.now();
    auto const  ahead  = settings_.keys.publish_ahead;
    auto const& newest = find_latest(keys->records);
    auto const  due    = newest.active_from + settings_.keys.rotate_every;
    if (now + ahead < due) return {};

    TRY(add(std::max<TimePoint>(due, now + ahead), newest.created_at, AuditEvent::key_added));
    return reload();
}

Result<std::string> Keyring::rotate_now()
{
    auto const kid = TRY(add(clock_.now(), std::nullopt, AuditEvent::key_rotated));
    if (!kid) return refused(Errc::unavailable, "storage took no new signing key");
    TRY(reload());
    return *kid;
}

Result<std::string> Keyring::revoke(std::string_view kid)
{
    TRY(reload());
    auto const keys = current();
    if (!keys) return refused(Errc::unavailable, "no signing key");
    auto const found = std::ranges::find(keys->records, kid, &SigningKeyRecord::kid);
    if (found == keys->records.end()) return refused(Errc::not_found, "no key of this name is published");

    auto const                      now = clock_.now();
    std::optional<SigningKeyRecord> replacement;
    if (keys->signing->kid() == kid) {
        auto made   = TRY(make(now, now));
        replacement = std::move(made);
    } else if (!found->retired_at) {
        auto made   = TRY(make(now, std::max<TimePoint>(found->active_from, now + settings_.keys.publish_ahead)));
        replacement = std::move(made);
    }
    auto detail = std::string{kid};
    if (replacement) detail.append(" replaced by ").append(replacement->kid);
    TRY(store_.revoke_key(kid, replacement, kSlack,
                          {.at = now, .event = AuditEvent::key_revoked, .detail = std::move(detail)}));
    TRY(reload());
    return replacement ? replacement->kid : std::string{};
}

std::shared_ptr<Keys const> Keyring::current() const
{
    std::lock_guard const lock{mutex_};
    return current_;
}

bool Keyring::is_made_when_wanted() const
{
    return purpose_ == KeyPurpose::security_events;
}

jose::Algorithm Keyring::algorithm() const
{
    switch (purpose_) {
        case KeyPurpose::access_token:
            return settings_.tokens.algorithm;
        case KeyPurpose::revocation_feed:
            return kFeedAlgorithm;
        case KeyPurpose::security_events:
            return kEventAlgorithm;
    }
    return kFeedAlgorithm;
}

std::chrono::seconds Keyring::token_life() const
{
    switch (purpose_) {
        case KeyPurpose::access_token:
            return settings_.tokens.access_lifetime;
        case KeyPurpose::revocation_feed:
            return kFeedMessageLife;
        case KeyPurpose::security_events:
            return kEventTokenLife;
    }
    return kFeedMessageLife;
}

Result<std::vector<SigningKeyRecord>> Keyring::list(TimePoint now)
{
    auto records = TRY(store_.list_keys(now));
    return of_purpose(std::move(records), purpose_);
}

Result<void> Keyring::reload()
{
    // An older list must not take the place of a newer one.
    std::lock_guard const one_at_a_time{reloading_};
    auto const            now     = clock_.now();
    auto                  records = TRY(list(now));
    if (records.empty()) return {};

    // Before it signs: how long it must stay published once it is retired, whoever retires it.
    auto const life = token_life();
    if (auto const& signing = find_signing(records, now); signing.longest_token_life < life) {
        TRY(store_.raise_token_life(signing.kid, life));
        auto raised = TRY(list(now));
        records     = std::move(raised);
    }

    auto const previous = current();
    if (previous && are_same(previous->records, records) && previous->signing->kid() == find_signing(records, now).kid)
        return {};

    auto       keys  = TRY(assemble(std::move(records), previous.get(), master_key_, now));
    auto const fresh = std::make_shared<Keys const>(std::move(keys));

    std::lock_guard const lock{mutex_};
    current_ = fresh;
    return {};
}

Result<SigningKeyRecord> Keyring::make(TimePoint now, TimePoint active_from)
{
    return make_signing_key({.purpose     = purpose_,
                             .algorithm   = algorithm(),
                             .created_at  = now,
                             .active_from = active_from,
                             .token_life  = token_life()},
                            master_key_, random_);
}

Result<std::optional<std::string>> Keyring::add(TimePoint active_from, std::optional<TimePoint> unless_newer_than,
                                                AuditEvent event)
{
    auto const now    = clock_.now();
    auto const record = TRY(make(now, active_from));
    bool const added =
        TRY(store_.add_key(record, unless_newer_than, kSlack, {.at = now, .event = event, .detail = record.kid}));
    return added ? std::optional{record.kid} : std::nullopt;
}

}  // namespace signet::core
