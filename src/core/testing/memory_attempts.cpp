#include <algorithm>

#include "core/testing/memory_stores.hpp"

namespace signet::core::testing {
namespace {

class MemoryAttempts final : public AttemptStore {
public:
    explicit MemoryAttempts(Memory& memory) : memory_(memory) {}

    Result<std::chrono::milliseconds> admit(std::span<AttemptLimit const> limits, TimePoint now) override
    {
        return memory_.run([&]() -> Result<std::chrono::milliseconds> {
            std::chrono::milliseconds longest{0};
            for (auto const& limit : limits)
                longest = std::max(longest, remaining_wait(memory_.attempts[limit.key], limit, now));
            if (longest > longest.zero()) return longest;
            for (auto const& limit : limits) {
                auto& counter = memory_.attempts[limit.key];
                counter       = count_attempt(counter, limit, now);
            }
            return longest;
        });
    }
    Result<void> take_back(std::span<AttemptKey const> keys) override
    {
        return memory_.run([&]() -> Result<void> {
            for (auto const& key : keys) memory_.take_back(key);
            return {};
        });
    }
    Result<std::size_t> remove_attempts(TimePoint before, std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::size_t> {
            std::size_t removed = 0;
            std::erase_if(memory_.attempts, [&](auto const& entry) {
                if (entry.second.latest >= before || removed == most) return false;
                ++removed;
                return true;
            });
            return removed;
        });
    }

private:
    Memory& memory_;
};

}  // namespace

std::unique_ptr<AttemptStore> attempts_in(Memory& memory)
{
    return std::make_unique<MemoryAttempts>(memory);
}

}  // namespace signet::core::testing
