#include "storage/attempts.hpp"

#include <algorithm>
#include <string>

#include "base/result.hpp"

namespace signet::storage {
namespace {

using core::AttemptCounter;
using core::AttemptKey;
using core::AttemptScope;
using std::chrono::milliseconds;

std::string_view name(AttemptScope scope)
{
    switch (scope) {
        case AttemptScope::account:
            return "account";
        case AttemptScope::source:
            return "source";
        case AttemptScope::device:
            return "device";
        case AttemptScope::address:
            return "address";
        case AttemptScope::network:
            return "network";
        case AttemptScope::signup:
            return "signup";
    }
    return {};
}

Result<AttemptCounter> read_counter(Row const& row)
{
    return AttemptCounter{.failures      = static_cast<std::uint32_t>(row.integer(0)),
                          .latest        = row.time(1),
                          .latest_before = row.time(2),
                          .leaking_since = row.time(3)};
}

Result<AttemptCounter> get_counter(Transaction& transaction, AttemptKey const& key)
{
    auto const counter =
        TRY(transaction.find("SELECT failures, latest, latest_before, leaking_since FROM attempts "
                             "WHERE scope = $1 AND subject = $2",
                             {name(key.scope), key.subject}, read_counter));
    return counter.value_or(AttemptCounter{});
}

Result<void> set_counter(Transaction& transaction, AttemptKey const& key, AttemptCounter const& counter)
{
    TRY(
        transaction.run("INSERT INTO attempts (scope, subject, failures, latest, latest_before, leaking_since) "
                        "VALUES ($1, $2, $3, $4, $5, $6) "
                        "ON CONFLICT (scope, subject) "
                        "DO UPDATE SET failures = excluded.failures, latest = excluded.latest, "
                        "latest_before = excluded.latest_before, leaking_since = excluded.leaking_since",
                        {name(key.scope), key.subject, counter.failures, counter.latest, counter.latest_before,
                         counter.leaking_since}));
    return {};
}

Result<void> subtract(Transaction& transaction, AttemptKey const& key, std::uint32_t failures)
{
    TRY(
        transaction.run("UPDATE attempts SET failures = CASE WHEN failures > $3 THEN failures - $3 ELSE 0 END "
                        "WHERE scope = $1 AND subject = $2",
                        {name(key.scope), key.subject, failures}));
    return {};
}

Result<void> remove(Transaction& transaction, AttemptKey const& key)
{
    TRY(transaction.run("DELETE FROM attempts WHERE scope = $1 AND subject = $2", {name(key.scope), key.subject}));
    return {};
}

// As if the attempt had not been: `latest` is again what it was, or a success a day would keep old failures for ever.
// Where another attempt was admitted meanwhile, that one's predecessor is kept, which is later: the safe side.
Result<void> take_back_one_of_each(Transaction& transaction, std::span<AttemptKey const> keys)
{
    for (auto const& key : keys) {
        TRY(subtract(transaction, key, 1));
        TRY(transaction.run("UPDATE attempts SET latest = latest_before WHERE scope = $1 AND subject = $2",
                            {name(key.scope), key.subject}));
    }
    return {};
}

// The failures that are left of one source, which has now shown the password.
Result<std::uint32_t> clear_source(Transaction& transaction, std::span<AttemptKey const> keys)
{
    auto const source = std::ranges::find(keys, AttemptScope::source, &AttemptKey::scope);
    if (source == keys.end()) return 0U;
    auto const counter = TRY(get_counter(transaction, *source));
    TRY(remove(transaction, *source));
    return counter.failures;
}

}  // namespace

Result<void> forgive_attempts(Transaction& transaction, std::span<AttemptKey const> admitted)
{
    TRY(take_back_one_of_each(transaction, admitted));
    auto const of_source = TRY(clear_source(transaction, admitted));
    for (auto const& key : admitted) {
        if (key.scope == AttemptScope::device) TRY(remove(transaction, key));
        if (key.scope != AttemptScope::source && of_source > 0) TRY(subtract(transaction, key, of_source));
    }
    return {};
}

Result<void> forget_attempts_at(Transaction& transaction, std::string_view email_key)
{
    // A subject of `source` and `device` begins with "<e-mail key>|"; "}" is what follows "|".
    auto const first = std::string{email_key} + '|';
    auto const end   = std::string{email_key} + '}';
    TRY(
        transaction.run("DELETE FROM attempts WHERE (scope = 'account' AND subject = $1) "
                        "OR (scope IN ('source', 'device') AND subject >= $2 AND subject < $3)",
                        {email_key, first, end}));
    return {};
}

Result<milliseconds> Attempts::admit(std::span<core::AttemptLimit const> limits, TimePoint now)
{
    return engine_.write([&](Transaction& transaction) -> Result<milliseconds> {
        std::vector<AttemptCounter> counters;
        milliseconds                longest{0};
        for (auto const& limit : limits) {
            auto const counter = TRY(get_counter(transaction, limit.key));
            longest            = std::max(longest, core::remaining_wait(counter, limit, now));
            counters.push_back(counter);
        }
        if (longest > milliseconds{0}) return longest;

        for (std::size_t i = 0; i < limits.size(); ++i)
            TRY(set_counter(transaction, limits[i].key, core::count_attempt(counters[i], limits[i], now)));
        return milliseconds{0};
    });
}

Result<void> Attempts::take_back(std::span<AttemptKey const> keys)
{
    return engine_.write([&](Transaction& transaction) { return take_back_one_of_each(transaction, keys); });
}

Result<std::size_t> Attempts::remove_attempts(TimePoint before, std::size_t most)
{
    return engine_.write([&](Transaction& transaction) -> Result<std::size_t> {
        auto const removed =
            TRY(transaction.run("DELETE FROM attempts WHERE (scope, subject) IN ("
                                "SELECT scope, subject FROM attempts WHERE latest < $1 ORDER BY latest LIMIT $2)",
                                {before, most}));
        return static_cast<std::size_t>(removed);
    });
}

}  // namespace signet::storage
