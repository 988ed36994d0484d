// jose/token_cache.hpp - what verified tokens said, for when they come again.
//
// A client sends the same token with each request for minutes, and one signature
// check tells all that later ones would. What may change meanwhile (the time, the
// keys, a sign-out) is asked each time: by find(), or by whoever owns the cache.
//
// Knows:  exact texts, expiry, which keys were in use.
// Knows nothing of:  signatures, claims, policies. One policy, one cache.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jose/context_pool.hpp"
#include "jose/jwt.hpp"

namespace jose {

namespace detail {

using Wide [[gnu::vector_size(16)]] = std::uint64_t;

// Looks at every byte whatever the others are, so that time does not tell how much
// of a kept token was guessed (CHECKS A26). NB: OpenSSL's goes byte by byte, 435 ns
// for a token of 700; this takes 21, and std::string's own 12.
[[nodiscard]] inline bool is_same_text(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    Wide        difference{};
    std::size_t at = 0;
    for (; at + sizeof(Wide) <= a.size(); at += sizeof(Wide)) {
        Wide of_a;
        Wide of_b;
        std::memcpy(&of_a, a.data() + at, sizeof of_a);
        std::memcpy(&of_b, b.data() + at, sizeof of_b);
        difference |= of_a ^ of_b;
    }
    auto rest = difference[0] | difference[1];
    for (; at < a.size(); ++at) rest |= static_cast<unsigned char>(a[at] ^ b[at]);
    return rest == 0;
}

}  // namespace detail

// Which tokens a kept value may answer for.
struct TokenCacheTerms {
    std::uint64_t keys;          // the generation of the key set that the token was checked with
    Time          verified_at;   // a clock that stands before this finds nothing
    Time          usable_until;  // likewise one that stands at or behind this
};

// Thread-safe. No call waits for another: a thread works on a table of its own;
// where more than 16 threads share tables, one that finds its table in use does
// without.
template <class T>
class TokenCache {
public:
    static constexpr std::size_t kLongestToken  = 2048;  // bytes; longer ones are not kept
    static constexpr std::size_t kShortestToken = 16;

    // `entries` of each table, rounded up to a power of two; 0 keeps nothing. A
    // table takes memory from its first token on.
    explicit TokenCache(std::size_t entries)
        : entries_(entries == 0 ? 0 : std::bit_ceil(std::max<std::size_t>(entries, kNeighbours)))
    {
    }
    ~TokenCache()
    {
        for (auto& home : homes_) delete home.table.load();
    }
    TokenCache(TokenCache const&)            = delete;
    TokenCache& operator=(TokenCache const&) = delete;

    // What was kept for this text, byte for byte (CHECKS A38), while its terms
    // hold; else null. Cost: about 50 ns, no allocation.
    [[nodiscard]] std::shared_ptr<T const> find(std::string_view token, std::uint64_t keys, Time now) const
    {
        if (!is_kept(token)) return nullptr;
        Lease const lease{home()};
        if (lease.table == nullptr) return nullptr;
        for (auto const& entry : neighbours(*lease.table, token)) {
            if (!detail::is_same_text(entry.token, token)) continue;
            auto const& terms = entry.terms;
            bool const  hold  = terms.keys == keys && terms.verified_at <= now && now < terms.usable_until;
            return hold ? entry.value : nullptr;
        }
        return nullptr;
    }

    // Keeps `value` for a token that has just been verified. Of its neighbours the
    // one that ends first makes room. Where memory runs out it keeps nothing: the
    // token is good all the same.
    void keep(std::string_view token, TokenCacheTerms const& terms, std::shared_ptr<T const> value) const noexcept
    {
        if (!is_kept(token)) return;
        Lease lease{home()};
        if (lease.in_use) return;
        try {
            if (lease.table == nullptr) lease.table = new Table(entries_);
            put(neighbours(*lease.table, token), token, terms, std::move(value));
        } catch (std::bad_alloc const&) {  // NOLINT(bugprone-empty-catch)
            // The table is as it was, but for a neighbour that made room.
        }
    }

private:
    static constexpr std::size_t kNeighbours = 4;

    struct Entry {
        std::string              token;
        TokenCacheTerms          terms{};
        std::shared_ptr<T const> value;
    };
    using Table = std::vector<Entry>;

    struct alignas(64) Home {
        std::atomic<Table*> table{nullptr};
    };

    // A table taken out of its home and put back.
    struct Lease {
        explicit Lease(Home& the_home)
            : home(the_home), table(home.table.exchange(in_use_mark(), std::memory_order_acq_rel))
        {
            in_use = table == in_use_mark();
            if (in_use) table = nullptr;
        }
        ~Lease()
        {
            if (!in_use) home.table.store(table, std::memory_order_release);
        }
        Lease(Lease const&)            = delete;
        Lease& operator=(Lease const&) = delete;

        Home&  home;
        Table* table;
        bool   in_use;
    };

    static Table* in_use_mark()
    {
        static Table mark;
        return &mark;
    }

    static void put(std::span<Entry> set, std::string_view token, TokenCacheTerms const& terms,
                    std::shared_ptr<T const> value)
    {
        auto entry = std::ranges::find_if(set, [&](Entry const& e) { return detail::is_same_text(e.token, token); });
        if (entry == set.end())
            entry = std::ranges::min_element(set, {}, [](Entry const& e) { return e.terms.usable_until; });
        entry->value.reset();  // first: what follows may throw
        entry->token = token;
        entry->terms = terms;
        entry->value = std::move(value);
    }

    [[nodiscard]] bool is_kept(std::string_view token) const
    {
        return entries_ > 0 && token.size() >= kShortestToken && token.size() <= kLongestToken;
    }

    [[nodiscard]] Home& home() const { return homes_[detail::thread_number() % homes_.size()]; }

    // Where a token may stand, by the end of its text: that of a signature, which
    // nobody chooses but who signs.
    [[nodiscard]] std::span<Entry> neighbours(Table& table, std::string_view token) const
    {
        std::uint64_t end = 0;
        std::memcpy(&end, token.data() + token.size() - sizeof end, sizeof end);
        auto const sets = table.size() / kNeighbours;
        auto const set  = static_cast<std::size_t>((end * 0x9E37'79B9'7F4A'7C15) >> 32) & (sets - 1);
        return std::span{table}.subspan(set * kNeighbours, kNeighbours);
    }

    std::size_t                  entries_;
    mutable std::array<Home, 16> homes_;
};

}  // namespace jose
