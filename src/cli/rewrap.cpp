#include "cli/rewrap.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/json.hpp"
#include "cli/consent.hpp"
#include "cli/folder_lock.hpp"
#include "cli/refusals.hpp"
#include "core/epoch.hpp"
#include "core/master_key_change.hpp"
#include "core/receivers.hpp"
#include "core/token_secret.hpp"
#include "storage/sqlite.hpp"

namespace signet::cli {
namespace {

constexpr auto kMeaning =
    "Changing the master key of {}:\n"
    "- every signing key, the token secret, and the tokens of receivers are encrypted under the new one;\n"
    "- the old one opens nothing here any more; only older copies of this database still need it;\n"
    "{}"
    "- backups made by \"signet backup\" bring their own master key and stay as they are;\n"
    "- {}";
constexpr auto kMakesTokens =
    "- but this database is older than its token secret, which is the old key itself: whoever has the old key goes on\n"
    "  making refresh and device tokens that are taken here. Only --leaked ends that, and signs everybody out;\n";
constexpr auto kNobodySignedOut = "nobody is signed out.";
constexpr auto kEverybodySignedOut =
    "everybody is signed out: every session ends, every token issued until now is void, and a new key signs.";

// What the change works on, while nobody else does.
struct Work {
    FolderLock                              lock;
    KeyPlace                                place;
    std::unique_ptr<storage::SqliteStorage> storage;
    core::MasterKey                         before;
    core::TokenSecret                       token_secret;
};

struct NewKey {
    SecretString    content;
    core::MasterKey key;
};

// The key that opens the database: the waiting one when a change before this was cut off.
std::expected<core::MasterKey, Trouble> find_present_key(KeyPlace const& place, storage::SqliteStorage& storage)
{
    auto       key  = TRY(parse_key_file(place));
    auto const fits = core::opens_everything(storage.sealed(), key);
    if (!fits) return std::unexpected(sentence(fits.error(), "the keys"));
    if (*fits) return key;
    auto       next      = parse_key_file({place.next(), false});
    auto const next_fits = next ? core::opens_everything(storage.sealed(), *next) : false;
    if (!next_fits || !*next_fits)
        return std::unexpected(fmt::format(
            "The master key {} does not open this database. Put back the one that belongs to it; nothing was changed.",
            place.path.string()));
    TRY(install_next_key(place));
    return *std::move(next);
}

std::expected<Work, Trouble> begin(LocatedData const& located)
{
    auto lock = TRY(FolderLock::take(located.folder.path()));
    TRY(located.folder.require_whole());
    auto         place   = key_place(key_sources(located.config), located.folder.path());
    auto         storage = storage::SqliteStorage::open(located.folder.database());
    auto         key     = TRY(find_present_key(place, *storage));
    SystemRandom random;
    auto         secret = core::load_token_secret({.sealed       = storage->sealed(),
                                                   .signing_keys = storage->signing_keys(),
                                                   .master_key   = key,
                                                   .random       = random,
                                                   .now          = SystemClock{}.now()});
    if (!secret) return std::unexpected(sentence(secret.error(), "the token secret"));
    auto const audited = storage->begin_audit(key, random);
    if (!audited) return std::unexpected(sentence(audited.error(), "the audit log"));
    return Work{std::move(lock), std::move(place), std::move(storage), std::move(key), *std::move(secret)};
}

std::expected<NewKey, Trouble> find_new_key(RewrapOptions const& options)
{
    SystemRandom random;
    using Content = std::expected<SecretString, Trouble>;
    auto content  = TRY(options.new_key.empty() ? Content{core::MasterKey::generate_file_content(random)}
                                                : read_key_file({options.new_key, false}));
    auto key      = core::MasterKey::parse(content);
    if (key) return NewKey{std::move(content), *std::move(key)};
    return std::unexpected(
        fmt::format("{} does not hold a master key: 64 hexadecimal digits, as \"openssl rand -hex 32\" makes them.",
                    options.new_key));
}

// From here on the new key waits beside the old one, and is of whom that is.
std::expected<void, Trouble> lay_ready(Work const& work, NewKey const& fresh)
{
    if (work.place.is_credential) return {};
    unlink(work.place.next().c_str());  // of a change that was cut off before it changed anything
    auto const made = create_private_file(work.place.next(), fresh.content.reveal());
    if (!made) return std::unexpected(made.error());
    return give_to_owner_of(work.place.path, work.place.next());
}

core::Result<std::size_t> change(Work const& work, NewKey const& fresh, RewrapOptions const& options)
{
    SystemRandom random;
    auto const   now = SystemClock{}.now();
    if (options.leaked)
        TRY(core::begin_epoch({.epochs       = work.storage->epochs(),
                               .signing_keys = work.storage->signing_keys(),
                               .master_key   = work.before,
                               .random       = random},
                              {.at = now, .event = core::AuditEvent::tokens_voided, .detail = "master key leaked"}));
    return core::change_master_key(
        {.sealed = work.storage->sealed(), .before = work.before, .after = fresh.key, .random = random},
        {.at = now, .event = core::AuditEvent::master_key_changed});
}

// Whose tokens whoever had the key may have read: only they who made them can make others.
core::Result<std::vector<std::string>> list_exposed_receivers(Work const& work, RewrapOptions const& options)
{
    std::vector<std::string> names;
    if (!options.leaked) return names;
    auto const all = TRY(work.storage->receivers().list_receivers());
    for (auto const& receiver : all)
        if (receiver.sealed_token) names.push_back(receiver.name);
    return names;
}

void report(RewrapOptions const& options, KeyPlace const& place, std::size_t resealed,
            std::vector<std::string> const& exposed)
{
    if (!exposed.empty())
        complain(
            fmt::format("warning: the tokens of these receivers may be in other hands too; remove each and add it "
                        "with a new one: {}",
                        fmt::join(exposed, ", ")));
    if (options.admin.json) {
        json::Object out;
        out.set("resealed", static_cast<std::int64_t>(resealed))
            .set("master_key", place.path.string())
            .set("signed_out", options.leaked)
            .set("exposed_receivers", exposed);
        fmt::print("{}\n", out.text());
    } else if (place.is_credential) {
        fmt::print(
            "{} secrets are under the new master key. Before the server starts again, put {} in the place that "
            "the credential comes from.\n",
            resealed, options.new_key);
    } else {
        fmt::print("{} secrets are under the new master key, which is in {}.\n", resealed, place.path.string());
    }
}

Exit rewrap(RewrapOptions const& options, Work const& work, NewKey const& fresh)
{
    auto const failed = [&](Trouble const& trouble) {
        return refuse(options.admin, "unavailable", trouble, kUnavailable);
    };
    if (auto const ready = lay_ready(work, fresh); !ready) return failed(ready.error());
    auto const resealed = change(work, fresh, options);
    if (!resealed) return refuse(options.admin, resealed.error(), "the keys");
    if (!work.place.is_credential) {
        auto const installed = install_next_key(work.place);
        if (!installed) return failed(installed.error());
    }
    auto const exposed = list_exposed_receivers(work, options);
    if (!exposed) return refuse(options.admin, exposed.error(), "the receivers");
    report(options, work.place, *resealed, *exposed);
    return kDone;
}

}  // namespace

Exit rewrap_keys(RewrapOptions const& options)
{
    auto const located = locate_data(options.admin);
    if (!located) return located.error();
    auto const work = begin(*located);
    if (!work) return refuse(options.admin, "unavailable", work.error(), kUnavailable);
    if (work->place.is_credential && options.new_key.empty())
        return refuse(
            options.admin, "invalid_request",
            fmt::format("The master key is a credential ({}), which is not this program's to change. Make the "
                        "new one, for example with \"openssl rand -hex 32\", and give its file: --new-key.",
                        work->place.path.string()),
            kUsage);
    auto const fresh = find_new_key(options);
    if (!fresh) return refuse(options.admin, "invalid_request", fresh.error(), kUsage);

    bool const makes_tokens = !options.leaked && work->token_secret.is_root_of(work->before);
    auto const meaning      = fmt::format(kMeaning, located->folder.path().string(), makes_tokens ? kMakesTokens : "",
                                     options.leaked ? kEverybodySignedOut : kNobodySignedOut);
    auto const consent      = require_consent(options.admin, options.yes ? Consent::given : Consent::ask, meaning);
    return consent == kDone ? rewrap(options, *work, *fresh) : consent;
}

}  // namespace signet::cli
