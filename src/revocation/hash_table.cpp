#include "revocation/hash_table.hpp"

#include <new>
#include <utility>

namespace signet::revocation {
namespace {

// A table is replaced when 3/4 of its slots are used, by one that its entries fill to 3/5, or when they fill less than
// a third of it.
constexpr std::uint32_t kFewestSlots = 8;  // and their count a multiple of it: then a word of the filter is full

bool is_full(std::uint32_t used, std::uint32_t slots)
{
    return std::uint64_t{used} * 4 > std::uint64_t{slots} * 3;
}

bool is_sparse(std::uint32_t live, std::uint32_t slots)
{
    return slots > kFewestSlots && std::uint64_t{live} * 3 < slots;
}

}  // namespace

template <class SlotType>
HashTable<SlotType>::~HashTable()
{
    for (auto& shard : shards_) delete shard.table.load();
}

template <class SlotType>
std::uint32_t HashTable<SlotType>::until_of(SlotType const& slot)
{
    return static_cast<std::uint32_t>(slot.rest.load(std::memory_order_relaxed));
}

// What tells that the slot is taken is written last.
template <class SlotType>
void HashTable<SlotType>::write(Table const& table, SlotType& slot, Item const& item)
{
    filter_of(table, item.hash).fetch_or(filter_bits(item.hash), std::memory_order_relaxed);
    if constexpr (requires { slot.not_before; }) slot.not_before.store(item.not_before, std::memory_order_relaxed);
    slot.rest.store(std::uint64_t{item.hash.low} << 32 | item.until, std::memory_order_relaxed);
    slot.high.store(item.hash.high, std::memory_order_release);
}

template <class SlotType>
auto HashTable<SlotType>::merge(SlotType& slot, Item const& item) -> Change
{
    auto change = Change::none;
    if (until_of(slot) < item.until) {
        slot.rest.store(std::uint64_t{item.hash.low} << 32 | item.until, std::memory_order_relaxed);
        change = Change::longer;
    }
    if constexpr (requires { slot.not_before; }) {
        if (slot.not_before.load(std::memory_order_relaxed) >= item.not_before) return change;
        slot.not_before.store(item.not_before, std::memory_order_relaxed);
        change = Change::stronger;
    }
    return change;
}

template <class SlotType>
auto HashTable<SlotType>::put(Item const& item, ReaderGate& gate) -> Change
{
    auto& shard = shards_[item.hash.high >> kShardShift];
    if (auto const* const table = shard.table.load(std::memory_order_relaxed)) {
        auto const place = seek(*table, item.hash);
        if (place.is_taken) return merge(*place.slot, item);
        if (!is_full(shard.used + 1, table->slots())) {
            insert(shard, *table, *place.slot, item);
            return Change::stronger;
        }
    }
    replace(shard, shard.live + 1, gate);
    auto const& table = *shard.table.load(std::memory_order_relaxed);
    insert(shard, table, *seek(table, item.hash).slot, item);
    return Change::stronger;
}

template <class SlotType>
void HashTable<SlotType>::insert(Shard& shard, Table const& table, SlotType& slot, Item const& item)
{
    write(table, slot, item);
    shard.used += 1;
    shard.live += 1;
    size_ += 1;
}

template <class SlotType>
void HashTable<SlotType>::forget(std::size_t at, std::uint32_t second, ReaderGate& gate)
{
    auto&             shard = shards_[at];
    auto const* const table = shard.table.load(std::memory_order_relaxed);
    if (table == nullptr) return;

    auto const before = shard.live;
    for (auto& slot : slots(*table)) {
        if (slot.high.load(std::memory_order_relaxed) <= kForgotten || until_of(slot) >= second) continue;
        slot.high.store(kForgotten, std::memory_order_relaxed);
        shard.live -= 1;
    }
    size_ -= before - shard.live;
    if (is_sparse(shard.live, table->slots())) replace(shard, shard.live, gate);
}

// By a table for so many entries, with those that there are.
template <class SlotType>
void HashTable<SlotType>::replace(Shard& shard, std::uint32_t entries, ReaderGate& gate)
{
    auto const wanted = static_cast<std::uint32_t>(std::uint64_t{entries} * 5 / 3 + 1);
    auto const count  = (wanted + kFewestSlots - 1) / kFewestSlots * kFewestSlots;
    auto       next   = std::make_unique<Table>(count, sizeof(SlotType));
    gate.make_room();
    std::uninitialized_value_construct_n(slots(*next).data(), count);
    std::uninitialized_value_construct_n(filter(*next).data(), filter(*next).size());

    std::unique_ptr<Table const> old{shard.table.load(std::memory_order_relaxed)};
    if (old) copy(*old, *next);
    bytes_ += next->bytes();
    shard.used = shard.live;
    shard.table.store(next.release(), std::memory_order_seq_cst);
    if (!old) return;
    bytes_ -= old->bytes();
    gate.retire(std::move(old));
}

template <class SlotType>
void HashTable<SlotType>::copy(Table const& from, Table const& to)
{
    for (auto const& slot : slots(from)) {
        auto const high = slot.high.load(std::memory_order_relaxed);
        if (high <= kForgotten) continue;
        auto const rest = slot.rest.load(std::memory_order_relaxed);
        Item       item{.hash  = {.high = high, .low = static_cast<std::uint32_t>(rest >> 32)},
                        .until = static_cast<std::uint32_t>(rest)};
        if constexpr (requires { slot.not_before; }) item.not_before = slot.not_before.load(std::memory_order_relaxed);
        write(to, *seek(to, item.hash).slot, item);
    }
}

template class HashTable<Slot>;
template class HashTable<DatedSlot>;

}  // namespace signet::revocation
