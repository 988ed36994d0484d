#include "storage/attempts.hpp"

#include <algorithm>

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
    }
    return {};
}

Result<AttemptCounter> read_counter(Row const& row)
{
    return AttemptCounter{.failures = static_cast<std::uint32_t>(row.integer(0)), .latest = row.time(1)};
}

Result<AttemptCounter> get_counter(Transaction& transaction, AttemptKey const& key)
{
    auto const counter = TRY(transaction.find("SELECT failures, latest FROM attempts WHERE scope = $1 AND subject = $2",
                                              {name(key.scope), key.subject}, read_counter));
    return counter.value_or(AttemptCounter{});
}

Result<void> set_counter(Transaction& transaction, AttemptKey const& key, AttemptCounter const& counter)
{
    TRY(
        transaction.run("INSERT INTO attempts (scope, subject, failures, latest) VALUES ($1, $2, $3, $4) "
                        "ON CONFLICT (scope, subject) "
                        "DO UPDATE SET failures = excluded.failures, latest = excluded.latest",
                        {name(key.scope), key.subject, counter.failures, counter.latest}));
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

Result<void> take_back_one_of_each(Transaction& transaction, std::span<AttemptKey const> keys)
{
    for (auto const& key : keys) TRY(subtract(transaction, key, 1));
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
        if (key.scope == AttemptScope::account && of_source > 0) TRY(subtract(transaction, key, of_source));
        if (key.scope == AttemptScope::device) TRY(remove(transaction, key));
    }
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
