#include "revocation/revocation_set.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <type_traits>

namespace signet::revocation {
namespace {

// Rounded up, so that nothing is forgotten too soon. What ends after 2106 is kept for as long as that.
std::uint32_t whole_seconds(TimePoint until)
{
    auto const seconds = std::chrono::ceil<std::chrono::seconds>(until).time_since_epoch().count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX));
}

}  // namespace

std::optional<Kind> RevocationSet::find(TokenKeys const& token) const
{
    auto const pass = gate_.enter();
    if (sessions_.find(token.session)) return Kind::session;
    if (tokens_.find(token.token)) return Kind::token;
    if (keys_.find(token.key)) return Kind::key;
    auto const is_older = [&](DatedSlot const* slot) {
        return slot != nullptr && token.issued_at <= slot->not_before.load(std::memory_order_relaxed);
    };
    if (is_older(users_.find(token.user))) return Kind::user;
    if (is_older(clients_.find(token.client))) return Kind::client;
    if (token.issued_at <= everything_.load(std::memory_order_relaxed)) return Kind::everything;
    return std::nullopt;
}

bool RevocationSet::has_key(std::string_view kid) const
{
    auto const hash = hash_subject(Kind::key, kid);
    auto const pass = gate_.enter();
    return keys_.find(hash) != nullptr;
}

bool RevocationSet::add(Entry const& entry)
{
    if (!is_subject(entry.subject)) throw std::invalid_argument("an entry without a subject revokes nothing");
    std::scoped_lock const lock{mutex_};
    // Last, and read first: whoever sees the version sees the entry.
    bool const             is_more = put(entry);
    if (is_more) version_.fetch_add(1, std::memory_order_release);
    count();
    return is_more;
}

// Whether more is refused than before.
bool RevocationSet::put(Entry const& entry)
{
    auto const until      = whole_seconds(entry.until);
    auto const not_before = unix_milliseconds(entry.not_before);
    auto const put_into   = [&](auto& table) {
        using Into        = std::remove_reference_t<decltype(table)>;
        auto const change = table.put(
            {.hash = hash_subject(entry.kind, entry.subject), .until = until, .not_before = not_before}, gate_);
        return change == Into::Change::stronger;
    };
    switch (entry.kind) {
        case Kind::session:
            return put_into(sessions_);
        case Kind::token:
            return put_into(tokens_);
        case Kind::key:
            return put_into(keys_);
        case Kind::user:
            return put_into(users_);
        case Kind::client:
            return put_into(clients_);
        case Kind::everything:
            return put_everything(not_before, until);
    }
    return false;
}

bool RevocationSet::put_everything(std::int64_t not_before, std::uint32_t until)
{
    everything_until_ = std::max(everything_until_, until);
    if (not_before <= everything_.load(std::memory_order_relaxed)) return false;
    everything_.store(not_before, std::memory_order_relaxed);
    return true;
}

void RevocationSet::forget(TimePoint before)
{
    forgotten_before_.store(before, std::memory_order_relaxed);
    auto const second = std::chrono::floor<std::chrono::seconds>(before).time_since_epoch().count();
    auto const limit  = static_cast<std::uint32_t>(std::clamp<std::int64_t>(second, 0, UINT32_MAX));
    for (std::size_t shard = 0; shard < HashTable<Slot>::kShards; ++shard) {
        forget_shard(shard, limit);
        std::this_thread::yield();  // to an add() that waits
    }
    std::scoped_lock const lock{mutex_};
    if (everything_until_ < limit) everything_.store(kNever, std::memory_order_relaxed);
    count();
}

void RevocationSet::forget_shard(std::size_t shard, std::uint32_t second)
{
    std::scoped_lock const lock{mutex_};
    sessions_.forget(shard, second, gate_);
    tokens_.forget(shard, second, gate_);
    users_.forget(shard, second, gate_);
    clients_.forget(shard, second, gate_);
}

// After each change.
void RevocationSet::count()
{
    gate_.sweep();
    auto const everything = everything_.load(std::memory_order_relaxed) == kNever ? 0U : 1U;
    size_.store(sessions_.size() + tokens_.size() + keys_.size() + users_.size() + clients_.size() + everything,
                std::memory_order_relaxed);
    bytes_.store(sizeof(RevocationSet) + sessions_.bytes() + tokens_.bytes() + keys_.bytes() + users_.bytes() +
                     clients_.bytes() + gate_.bytes(),
                 std::memory_order_relaxed);
}

}  // namespace signet::revocation
