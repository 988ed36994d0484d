#include "cli/keys.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "cli/refusals.hpp"

namespace signet::cli {
namespace {

using Record = core::SigningKeyRecord;

std::string moment(std::optional<TimePoint> at)
{
    if (!at) return "-";
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(unix_seconds(*at))));
}

std::string_view state_of(Record const& record, std::string_view signing, TimePoint now)
{
    if (record.kid == signing) return "signing";
    if (record.retired_at && *record.retired_at <= record.active_from) return "overtaken";  // it never signs
    return record.active_from > now ? "next" : "retired";
}

void set_time(json::Object& out, std::string_view name, std::optional<TimePoint> at)
{
    if (at)
        out.set(name, unix_seconds(*at));
    else
        out.set_null(name);
}

constexpr auto kLineOfTable = "{:<44} {:<6} {:<15} {:<9} {:<20} {:<20} {}\n";

void print(Record const& record, std::string_view state, bool as_json)
{
    if (!as_json) {
        fmt::print(kLineOfTable, record.kid, record.algorithm, record.purpose, state, moment(record.active_from),
                   moment(record.retired_at), moment(record.published_until));
        return;
    }
    json::Object out;
    out.set("kid", record.kid).set("algorithm", record.algorithm).set("purpose", record.purpose).set("state", state);
    set_time(out, "created_at", record.created_at);
    set_time(out, "active_from", record.active_from);
    set_time(out, "retired_at", record.retired_at);
    set_time(out, "published_until", record.published_until);
    fmt::print("{}\n", out.text());
}

void print_keys(Instance& instance, bool as_json)
{
    auto const now = instance.ports().clock.now();
    if (!as_json)
        fmt::print(kLineOfTable, "KID", "ALG", "PURPOSE", "STATE", "SIGNS FROM (UTC)", "UNTIL", "PUBLISHED UNTIL");
    for (auto const purpose : core::kKeyPurposes) {
        auto const keys = instance.keyring(purpose).current();
        if (!keys) continue;
        for (auto const& record : keys->records) print(record, state_of(record, keys->signing->kid(), now), as_json);
    }
}

core::Result<std::string> rotate(Instance& instance, core::KeyPurpose purpose, bool now)
{
    if (now) {
        auto const kid = TRY(instance.keyring(purpose).rotate_now());
        return fmt::format(
            "The key {} signs from now on; the one before it stays published until its last {} has expired.", kid,
            purpose == core::KeyPurpose::access_token ? "token" : "message");
    }
    bool const added = TRY(instance.schedule_key(purpose));
    return std::string{added ? "A new key is published and takes over when every verifier has had time to fetch it."
                             : "A new key is waiting already. To use another at once: signet keys rotate --now"};
}

constexpr auto kMeaningOfRevoking =
    "Revoking {}:\n"
    "- it leaves the key set, and this server refuses every token it signed, within a second;\n"
    "- so do verifiers that follow the feed; others once they have fetched the key set again: within five minutes;\n"
    "- {}\n"
    "- nobody is signed out: a browser that is refused refreshes its token.\n"
    "This cannot be taken back.";
constexpr auto kMeaningOfRevokingTheEvents =
    "Revoking {}, a key of security events:\n"
    "- it leaves their key set, and a running server signs no event with it any more, within a second;\n"
    "- receivers refuse what it signed once they have fetched that set again, and are sent it again where they say "
    "so;\n"
    "- {}\n"
    "- tokens are not concerned, and nobody is signed out.\n"
    "This cannot be taken back.";
constexpr auto kMeaningOfRevokingTheFeeds =
    "Revoking {}, a key of the revocation feed:\n"
    "- it leaves the feed's key set, and a running server signs no message with it any more, within a second;\n"
    "- verifiers that follow the feed believe nothing more that it signed, as soon as they hear of it;\n"
    "- {}\n"
    "- tokens are not concerned, and nobody is signed out.\n"
    "This cannot be taken back.";

std::string_view meaning_of_revoking(core::KeyPurpose purpose)
{
    switch (purpose) {
        case core::KeyPurpose::access_token:
            return kMeaningOfRevoking;
        case core::KeyPurpose::revocation_feed:
            return kMeaningOfRevokingTheFeeds;
        case core::KeyPurpose::security_events:
            return kMeaningOfRevokingTheEvents;
    }
    return kMeaningOfRevoking;
}

std::string_view what_follows(core::Keys const& keys, Record const& record)
{
    if (record.kid == keys.signing->kid()) return "it is the key that signs now: a new one signs at once;";
    if (!record.retired_at) return "it is the next key: another takes its place, published ahead;";
    return "it signs no more: no other key changes;";
}

Exit refuse_unknown(RevokeOptions const& options)
{
    return refuse(
        options.admin, "not_found",
        fmt::format("No key called \"{}\" is published. \"signet keys list\" shows those that are.", options.kid),
        kRefused);
}

// The keys that this one is among.
struct Found {
    core::KeyPurpose                  purpose;
    std::shared_ptr<core::Keys const> keys;
    Record                            record;
};

std::optional<Found> find_key(Instance& instance, std::string_view kid)
{
    for (auto const purpose : core::kKeyPurposes) {
        auto const keys = instance.keyring(purpose).current();
        if (!keys) continue;
        auto const found = std::ranges::find(keys->records, kid, &Record::kid);
        if (found != keys->records.end()) return Found{purpose, keys, *found};
    }
    return std::nullopt;
}

core::Result<std::string> exported(core::Keys const& keys, ExportOptions const& options)
{
    if (!options.pem) return keys.jwks + "\n";
    std::string text;
    for (auto const& key : keys.published.keys()) {
        auto const pem = key.to_pem();
        if (!pem) return core::refused(core::Errc::unavailable, pem.error().detail);
        // RFC 7468 5.2: text outside the boundaries is for people.
        text.append(key.kid()).append(" ").append(jose::name(key.algorithm())).append("\n").append(*pem);
    }
    return text;
}

}  // namespace

Exit list_keys(KeysOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    print_keys(**instance, options.admin.json);
    return kDone;
}

Exit rotate_keys(KeysOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const purpose = core::find_key_purpose(options.purpose).value_or(core::KeyPurpose::access_token);
    if (!(*instance)->keyring(purpose).current())
        return refuse(options.admin, "not_found",
                      "No key signs security events yet: \"signet receiver add\" makes the first.", kRefused);
    auto const done = rotate(**instance, purpose, options.now);
    if (!done) return refuse(options.admin, done.error(), "the signing keys");
    if (!options.admin.json) fmt::print("{}\n\n", *done);
    print_keys(**instance, options.admin.json);
    return kDone;
}

Exit revoke_key(RevokeOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const found = find_key(**instance, options.kid);
    if (!found) return refuse_unknown(options);

    auto const meaning = fmt::format(fmt::runtime(meaning_of_revoking(found->purpose)), options.kid,
                                     what_follows(*found->keys, found->record));
    auto const consent = require_consent(options.admin, options.yes ? Consent::given : Consent::ask, meaning);
    if (consent != kDone) return consent;
    auto const done = (*instance)->keyring(found->purpose).revoke(options.kid);
    // Another process may have been faster.
    if (!done && done.error().code == core::Errc::not_found) return refuse_unknown(options);
    if (!done) return refuse(options.admin, done.error(), "the signing keys");
    if (!options.admin.json) fmt::print("The key {} is revoked.\n\n", options.kid);
    print_keys(**instance, options.admin.json);
    return kDone;
}

Exit export_keys(ExportOptions const& options)
{
    if (!options.public_half)
        return refuse(options.admin, "invalid_request",
                      "Private keys do not leave the database. For the public ones: signet keys export --public",
                      kUsage);
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto const keys = (*instance)->keyring().current();
    if (keys->jwks.empty())
        return refuse(options.admin, "not_found", "Tokens are signed with a shared secret: no key is public.",
                      kRefused);
    auto const text = exported(*keys, options);
    if (!text) return refuse(options.admin, text.error(), "the signing keys");
    fmt::print("{}", *text);
    return kDone;
}

}  // namespace signet::cli
