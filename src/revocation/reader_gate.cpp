#include "revocation/reader_gate.hpp"

#include <functional>
#include <numeric>
#include <utility>

#include "jose/context_pool.hpp"

namespace signet::revocation {

ReaderGate::Pass ReaderGate::enter() const
{
    return Pass{stripes_[jose::detail::thread_number() % kStripes].readers};
}

void ReaderGate::make_room()
{
    retired_.reserve(retired_.size() + 1);
}

void ReaderGate::retire(std::unique_ptr<Table const> table) noexcept
{
    retired_.push_back({.table = std::move(table), .awaited = ~std::uint64_t{0}});
    sweep();
}

// A stripe that is empty now, after a table went out of reach, holds nobody who has seen it: in the one order of
// all these operations, whoever comes later finds what replaced it.
void ReaderGate::sweep() noexcept
{
    if (retired_.empty()) return;
    std::uint64_t occupied = 0;
    for (std::size_t i = 0; i < kStripes; ++i)
        if (stripes_[i].readers.load(std::memory_order_seq_cst) != 0) occupied |= std::uint64_t{1} << i;
    std::erase_if(retired_, [&](Retired& retired) { return (retired.awaited &= occupied) == 0; });
}

std::size_t ReaderGate::bytes() const
{
    return std::transform_reduce(retired_.begin(), retired_.end(), std::size_t{0}, std::plus{},
                                 [](Retired const& retired) { return retired.table->bytes(); });
}

}  // namespace signet::revocation
