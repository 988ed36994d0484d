// revocation/revocation_set.hpp - what is revoked, held in memory.
//
// Knows:  which entries refuse a token.
// Knows nothing of:  the log, its order, clocks. Whoever adds and forgets does.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <string_view>

#include "revocation/entry.hpp"
#include "revocation/hash_table.hpp"
#include "revocation/reader_gate.hpp"
#include "revocation/token_keys.hpp"

namespace signet::revocation {

// Thread-safe. find() waits for nobody and takes no memory; of those who change the set, one at a time.
//
//     auto const keys    = TokenKeys::of({.session_id = sid, .token_id = jti, ...});  // once for a token
//     auto const version = set.version();                                             // before find()
//     if (auto const why = set.find(keys)) return refuse(*why);
//     // and nothing is found as long as set.version() == version
//
class RevocationSet {
public:
    // Once this has returned, find() refuses what the entry concerns. Of the same subject the later not_before and the
    // later until win: nothing that is added takes anything back. Throws std::bad_alloc, and then nothing has changed.
    // Says whether more is refused than before. Cost: about 100 ns, and at times the copying of one shard, a 64th of
    // the set.
    bool add(Entry const& entry);

    // Drops the entries whose until is before `before`, to the second, and never sooner; but none of a key, for a key
    // set that was kept may have it for longer than anybody knows. Throws std::bad_alloc, and
    // then some are dropped. Cost: a look at each entry; add() waits for a 64th of that at most.
    void forget(TimePoint before);

    // Of the last forget(): what ended before that may be added again, and is no news. One read.
    [[nodiscard]] TimePoint forgotten_before() const { return forgotten_before_.load(std::memory_order_relaxed); }

    // The first kind of entry that concerns this token, whatever the time is. Cost: under 100 ns.
    [[nodiscard]] std::optional<Kind> find(TokenKeys const& token) const;

    // Whether there is an entry for the key of this "kid" itself. Cost: one hash.
    [[nodiscard]] bool has_key(std::string_view kid) const;

    // From 1; grows when more is refused than before. One read.
    [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

    // How many entries are held, one for each subject, and what memory that takes. One read each.
    [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

private:
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

    bool put(Entry const& entry);
    bool put_everything(std::int64_t not_before, std::uint32_t until);
    void forget_shard(std::size_t shard, std::uint32_t second);
    void count();

    std::mutex           mutex_;  // of those who write
    ReaderGate           gate_;
    HashTable<Slot>      sessions_;
    HashTable<Slot>      tokens_;
    HashTable<Slot>      keys_;
    HashTable<DatedSlot> users_;
    HashTable<DatedSlot> clients_;

    std::atomic<std::int64_t> everything_       = kNever;  // not-before, in Unix milliseconds
    std::uint32_t             everything_until_ = 0;

    std::atomic<TimePoint>     forgotten_before_{};
    std::atomic<std::uint64_t> version_ = 1;
    std::atomic<std::size_t>   size_    = 0;
    std::atomic<std::size_t>   bytes_   = sizeof(RevocationSet);
};

}  // namespace signet::revocation
