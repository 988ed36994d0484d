// revocation/reader_gate.hpp - when a table that readers may still look at can go.
//
// Readers pass through and wait for nobody; the one writer takes a table out of their reach first, then hands it over
// here, and it goes once each reader who may have seen it has left.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "revocation/table.hpp"

namespace signet::revocation {

class ReaderGate {
public:
    // In the gate while this lives: what a reader finds by a sequentially consistent load stays until then.
    class Pass {
    public:
        explicit Pass(std::atomic<std::uint32_t>& readers) : readers_(readers)
        {
            readers_.fetch_add(1, std::memory_order_seq_cst);
        }
        ~Pass() { readers_.fetch_sub(1, std::memory_order_release); }
        Pass(Pass const&)            = delete;
        Pass& operator=(Pass const&) = delete;

    private:
        std::atomic<std::uint32_t>& readers_;
    };

    // Any thread. Cost: two writes to memory that few threads share.
    [[nodiscard]] Pass enter() const;

    // The writer's alone, each of these.

    // Makes room, so that retire() cannot fail.
    void                      make_room();
    // `table` is out of reach: what pointed to it was replaced by a sequentially consistent store.
    void                      retire(std::unique_ptr<Table const> table) noexcept;
    // Frees what nobody can be looking at any more. Waits for nobody: what is left is left to the next call.
    void                      sweep() noexcept;
    // Of what is left.
    [[nodiscard]] std::size_t bytes() const;

private:
    static constexpr std::size_t kStripes = 64;

    struct alignas(64) Stripe {
        std::atomic<std::uint32_t> readers{0};
    };
    struct Retired {
        std::unique_ptr<Table const> table;
        std::uint64_t                awaited;  // a bit for each stripe that has not been seen empty since
    };

    mutable std::array<Stripe, kStripes> stripes_;
    std::vector<Retired>                 retired_;
};

}  // namespace signet::revocation
