#include <algorithm>

#include "core/testing/memory_stores.hpp"

namespace signet::core::testing {
namespace {

class MemoryAudit final : public AuditStore {
public:
    explicit MemoryAudit(Memory& memory) : memory_(memory) {}

    Result<void> append(AuditEntry const& entry) override
    {
        return memory_.run([&]() -> Result<void> {
            memory_.audit.push_back(entry);
            return {};
        });
    }
    Result<bool> append_refused_refresh(AuditEntry const& entry) override
    {
        return memory_.run([&]() -> Result<bool> {
            bool const told = std::ranges::any_of(memory_.audit, [&](AuditEntry const& row) {
                return row.event == AuditEvent::refresh_refused && row.session == entry.session &&
                       row.detail == entry.detail;
            });
            if (!told) memory_.audit.push_back(entry);
            return !told;
        });
    }
    Result<std::vector<AuditEntry>> latest(std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::vector<AuditEntry>> {
            auto const count = static_cast<std::ptrdiff_t>(std::min(most, memory_.audit.size()));
            return std::vector<AuditEntry>(memory_.audit.rbegin(), memory_.audit.rbegin() + count);
        });
    }
    Result<std::size_t> remove_entries(TimePoint before, std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::size_t> {
            auto const end = memory_.audit.begin() + static_cast<std::ptrdiff_t>(std::min(most, memory_.audit.size()));
            auto const kept =
                std::find_if(memory_.audit.begin(), end, [&](AuditEntry const& entry) { return entry.at >= before; });
            auto const removed = static_cast<std::size_t>(kept - memory_.audit.begin());
            memory_.audit.erase(memory_.audit.begin(), kept);
            return removed;
        });
    }

private:
    Memory& memory_;
};

}  // namespace

std::unique_ptr<AuditStore> audit_in(Memory& memory)
{
    return std::make_unique<MemoryAudit>(memory);
}

}  // namespace signet::core::testing
