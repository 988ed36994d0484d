#include "core/hash_memory.hpp"

#include <algorithm>

namespace signet::core {

HashMemory::Share HashMemory::take(std::size_t bytes)
{
    bytes = std::min(bytes, budget_);
    std::unique_lock lock{mutex_};
    auto const       ticket = next_ticket_++;
    changed_.wait(lock, [&] { return ticket == served_ && bytes <= left_ && places_ > 0; });
    left_ -= bytes;
    --places_;
    ++served_;
    changed_.notify_all();
    return {*this, bytes};
}

void HashMemory::give_back(std::size_t bytes)
{
    std::lock_guard const lock{mutex_};
    left_ += bytes;
    ++places_;
    changed_.notify_all();
}

}  // namespace signet::core
