// revocation/hash_table.hpp - subjects by their hash: one thread writes, any number read without waiting.
//
// Open addressing in shards that grow one by one, so that no write takes long. A slot is written once and only ever
// emptied by a table that replaces its own: a reader sees it or does not, and never half of it. Most of what is looked
// for is not there; a byte to each slot, small enough to stay in the processor's caches, says so 29 times of 30.
//
// Knows:  hashes, until when an entry is kept, when a table has to be replaced.
// Knows nothing of:  subjects, clocks, who writes.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "revocation/reader_gate.hpp"
#include "revocation/token_keys.hpp"

namespace signet::revocation {

// 16 bytes.
struct Slot {
    std::atomic<std::uint64_t> high{0};  // of the hash; written last. 0: free, 1: its entry is forgotten
    std::atomic<std::uint64_t> rest{0};  // the hash's low half, and below it the second until which the entry is kept
};

// 24 bytes.
struct DatedSlot : Slot {
    std::atomic<std::int64_t> not_before{0};  // Unix milliseconds
};

template <class SlotType>
class HashTable {
public:
    static constexpr std::size_t kShards = 64;

    // What is kept of one entry.
    struct Item {
        SubjectHash   hash;
        std::uint32_t until      = 0;  // seconds
        std::int64_t  not_before = 0;  // for a DatedSlot
    };
    enum class Change { none, longer, stronger };  // stronger: more is refused than before

    HashTable() = default;
    ~HashTable();
    HashTable(HashTable const&)            = delete;
    HashTable& operator=(HashTable const&) = delete;

    // Null when there is none. The caller is in the gate, and stays as long as it looks at what it got.
    [[nodiscard]] SlotType const* find(SubjectHash hash) const;

    // For the writer, each of these. Of the same subject the later times win. Throws std::bad_alloc, and then nothing
    // has changed.
    Change                    put(Item const& item, ReaderGate& gate);
    // Forgets what is kept until before `second`, in one shard.
    void                      forget(std::size_t shard, std::uint32_t second, ReaderGate& gate);
    // Entries, and the memory of the tables in use.
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    static constexpr std::uint64_t kFree       = 0;
    static constexpr std::uint64_t kForgotten  = 1;
    // Neighbours are looked at together, in a cache line where they fit into one.
    static constexpr std::uint32_t kNeighbours = 4;
    static constexpr int           kShardShift = 58;

    // Which parts of a hash say what: its high half, from the top, the shard, the bits of the filter, and the home.
    using Filter = std::atomic<std::uint64_t>;

    struct Shard {
        std::atomic<Table*> table{nullptr};
        std::uint32_t       used = 0;  // slots that are not free
        std::uint32_t       live = 0;  // of them, those with an entry
    };

    struct Place {
        SlotType* slot;
        bool      is_taken;  // by the hash that was looked for; else the slot is free
    };

    static std::span<SlotType> slots(Table const& table)
    {
        return {static_cast<SlotType*>(table.memory()), table.slots()};
    }
    static std::span<Filter> filter(Table const& table)
    {
        return {static_cast<Filter*>(table.filter()), table.slots() / sizeof(Filter)};
    }
    static Filter&       filter_of(Table const& table, SubjectHash hash);
    static std::uint64_t filter_bits(SubjectHash hash);
    static Place         seek(Table const& table, SubjectHash hash);
    static std::uint32_t until_of(SlotType const& slot);
    static void          write(Table const& table, SlotType& slot, Item const& item);
    static Change        merge(SlotType& slot, Item const& item);

    static void copy(Table const& from, Table const& to);

    void insert(Shard& shard, Table const& table, SlotType& slot, Item const& item);
    void replace(Shard& shard, std::uint32_t entries, ReaderGate& gate);

    std::array<Shard, kShards> shards_;
    std::size_t                size_  = 0;
    std::size_t                bytes_ = 0;
};

extern template class HashTable<Slot>;
extern template class HashTable<DatedSlot>;

// Here, for it is what a request waits for.
template <class SlotType>
auto HashTable<SlotType>::seek(Table const& table, SubjectHash hash) -> Place
{
    auto const all     = slots(table);
    auto const buckets = std::uint64_t{table.slots() / kNeighbours};
    auto       at      = static_cast<std::uint32_t>((hash.high & UINT32_MAX) * buckets >> 32) * kNeighbours;
    for (;; at = at + 1 == table.slots() ? 0 : at + 1) {
        auto&      slot = all[at];
        auto const high = slot.high.load(std::memory_order_acquire);
        if (high == kFree) return {.slot = &slot, .is_taken = false};
        if (high == hash.high && slot.rest.load(std::memory_order_relaxed) >> 32 == hash.low)
            return {.slot = &slot, .is_taken = true};
    }
}

template <class SlotType>
auto HashTable<SlotType>::filter_of(Table const& table, SubjectHash hash) -> Filter&
{
    auto const words = filter(table);
    return words[std::uint64_t{hash.low} * words.size() >> 32];
}

template <class SlotType>
std::uint64_t HashTable<SlotType>::filter_bits(SubjectHash hash)
{
    constexpr std::uint64_t kOne = 1;
    return kOne << (hash.high >> 32 & 63) | kOne << (hash.high >> 38 & 63);
}

template <class SlotType>
SlotType const* HashTable<SlotType>::find(SubjectHash hash) const
{
    if (hash.high == kFree) return nullptr;
    auto const* const table = shards_[hash.high >> kShardShift].table.load(std::memory_order_seq_cst);
    if (table == nullptr) return nullptr;
    auto const bits = filter_bits(hash);
    if ((filter_of(*table, hash).load(std::memory_order_relaxed) & bits) != bits) return nullptr;
    auto const place = seek(*table, hash);
    return place.is_taken ? place.slot : nullptr;
}

}  // namespace signet::revocation
