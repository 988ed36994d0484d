#include "storage/signing_keys.hpp"

#include "base/result.hpp"
#include "storage/revocations.hpp"

namespace signet::storage {
namespace {

Result<core::SigningKeyRecord> read_key(Row const& row)
{
    return core::SigningKeyRecord{
        .kid                = std::string{row.text(0)},
        .algorithm          = std::string{row.text(1)},
        .purpose            = std::string{row.text(2)},
        .sealed             = std::string{row.bytes(3)},
        .created_at         = row.time(4),
        .active_from        = row.time(5),
        .retired_at         = row.find_time(6),
        .published_until    = row.find_time(7),
        .longest_token_life = std::chrono::seconds{row.integer(8)},
    };
}

Result<bool> has_newer_key(Transaction& transaction, std::string const& purpose, std::optional<TimePoint> than)
{
    if (!than) return false;
    auto const newer =
        TRY(transaction.find("SELECT kid FROM signing_keys WHERE purpose = $1 AND created_at > $2 LIMIT 1",
                             {purpose, *than}, [](Row const&) -> Result<bool> { return true; }));
    return newer.has_value();
}

// Whoever was to sign longer than until the new key does makes room for it.
Result<void> add_and_retire(Transaction& transaction, core::SigningKeyRecord const& key, std::chrono::seconds slack)
{
    TRY(
        transaction.run("UPDATE signing_keys SET retired_at = $2, published_until = $3 + longest_token_life * 1000 "
                        "WHERE purpose = $1 AND (retired_at IS NULL OR retired_at > $2)",
                        {key.purpose, key.active_from, key.active_from + slack}));
    return insert_signing_key(transaction, key);
}

struct ListedKey {
    std::string purpose;
    TimePoint   active_from;
};

Result<ListedKey> get_listed(Transaction& transaction, std::string_view kid, TimePoint now)
{
    auto const found = TRY(transaction.find(
        "SELECT purpose, active_from FROM signing_keys "
        "WHERE kid = $1 AND revoked_at IS NULL AND (published_until IS NULL OR published_until > $2)",
        {kid, now},
        [](Row const& row) -> Result<ListedKey> { return ListedKey{std::string{row.text(0)}, row.time(1)}; }));
    if (!found) return core::refused(core::Errc::not_found, "no such signing key");
    return *found;
}

// Out of the lists.
Result<void> take_out(Transaction& transaction, std::string_view kid, TimePoint now)
{
    TRY(
        transaction.run("UPDATE signing_keys SET revoked_at = $2, "
                        "retired_at = CASE WHEN retired_at < $2 THEN retired_at ELSE $2 END, "
                        "published_until = CASE WHEN published_until < $2 THEN published_until ELSE $2 END "
                        "WHERE kid = $1",
                        {kid, now}));
    return {};
}

// For those who hold the key set.
Result<core::Revoked> append_key(Transaction& transaction, std::string_view kid, TimePoint now)
{
    auto const what = core::Revocation::of_key(std::string{kid});
    return append_revocations(transaction, {&what, 1}, now);
}

}  // namespace

Result<void> insert_signing_key(Transaction& transaction, core::SigningKeyRecord const& key)
{
    TRY(
        transaction.run("INSERT INTO signing_keys (kid, algorithm, purpose, sealed, created_at, active_from, "
                        "retired_at, published_until, longest_token_life) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                        {key.kid, key.algorithm, key.purpose, Param::bytes(key.sealed), key.created_at, key.active_from,
                         key.retired_at, key.published_until, key.longest_token_life.count()}));
    return {};
}

Result<std::vector<core::SigningKeyRecord>> SigningKeys::list_keys(TimePoint now)
{
    return engine_.read([&](Transaction& transaction) {
        return transaction.list(
            "SELECT kid, algorithm, purpose, sealed, created_at, active_from, retired_at, "
            "published_until, longest_token_life FROM signing_keys "
            "WHERE (published_until IS NULL OR published_until > $1) AND revoked_at IS NULL "
            "ORDER BY active_from, created_at, kid",
            {now}, read_key);
    });
}

Result<bool> SigningKeys::add_key(core::SigningKeyRecord const& key, std::optional<TimePoint> unless_newer_than,
                                  std::chrono::seconds slack, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<bool> {
        bool const outrun = TRY(has_newer_key(transaction, key.purpose, unless_newer_than));
        if (outrun) return false;

        TRY(add_and_retire(transaction, key, slack));
        TRY(log_.add(transaction, audit));
        return true;
    });
}

Result<void> SigningKeys::raise_token_life(std::string_view kid, std::chrono::seconds life)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const known = TRY(transaction.run(
            "UPDATE signing_keys SET "
            "published_until = CASE WHEN longest_token_life < $2 "
            "THEN published_until + ($2 - longest_token_life) * 1000 ELSE published_until END, "
            "longest_token_life = CASE WHEN longest_token_life < $2 THEN $2 ELSE longest_token_life END "
            "WHERE kid = $1",
            {kid, life.count()}));
        if (known == 0) return core::refused(core::Errc::not_found, "no such signing key");
        return {};
    });
}

Result<core::Revoked> SigningKeys::revoke_key(std::string_view                             kid,
                                              std::optional<core::SigningKeyRecord> const& replacement,
                                              std::chrono::seconds slack, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<core::Revoked> {
        auto const key     = TRY(get_listed(transaction, kid, audit.at));
        auto       revoked = TRY(append_key(transaction, kid, audit.at));
        TRY(take_out(transaction, kid, audit.at));
        if (replacement) {
            // Its predecessor, which made room for it, signs until the replacement does.
            auto const until = replacement->active_from;
            if (key.active_from > audit.at)
                TRY(transaction.run(
                    "UPDATE signing_keys SET retired_at = $3, published_until = $4 + longest_token_life * 1000 "
                    "WHERE purpose = $1 AND retired_at = $2 AND revoked_at IS NULL",
                    {replacement->purpose, key.active_from, until, until + slack}));
            TRY(add_and_retire(transaction, *replacement, slack));
        }
        TRY(log_.add(transaction, audit));
        return revoked;
    });
}

}  // namespace signet::storage
