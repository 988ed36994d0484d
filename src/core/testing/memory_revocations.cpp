#include <algorithm>
#include <set>

#include "core/testing/memory_stores.hpp"

namespace signet::core::testing {
namespace {

class MemoryRevocations final : public RevocationStore {
public:
    explicit MemoryRevocations(Memory& memory) : memory_(memory) {}

    Result<RevocationLog> read_log(revocation::Sequence after, std::size_t most) override
    {
        return memory_.run([&]() -> Result<RevocationLog> {
            RevocationLog log{.head = memory_.log_head, .removed = memory_.log_removed, .entries = {}};
            for (auto const& line : memory_.log)
                if (line.entry.sequence > after && log.entries.size() < most) log.entries.push_back(line.entry);
            return log;
        });
    }
    Result<Revoked> revoke(std::span<Revocation const> what, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<Revoked> {
            auto revoked = memory_.revoke(what, audit.at);
            if (!revoked.empty()) memory_.audit.push_back(audit);
            return revoked;
        });
    }
    Result<std::size_t> remove_revocations(TimePoint before, std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::size_t> {
            std::vector<std::pair<TimePoint, revocation::Sequence>> old;
            for (auto const& line : memory_.log)
                if (line.entry.until < before) old.emplace_back(line.entry.until, line.entry.sequence);
            std::ranges::sort(old);
            old.resize(std::min(old.size(), most));
            for (auto const& [until, sequence] : old) remove(sequence);
            return old.size();
        });
    }
    Result<StatusIndex> next_status_index() override
    {
        return memory_.run([&]() -> Result<StatusIndex> { return memory_.next_status_index; });
    }
    Result<std::vector<StatusIndex>> list_revoked_statuses(StatusIndex first, std::size_t count) override
    {
        return memory_.run([&]() -> Result<std::vector<StatusIndex>> {
            std::set<StatusIndex> revoked;
            auto const            add = [&](std::optional<StatusIndex> index) {
                if (index && *index >= first && *index < first + count) revoked.insert(*index);
            };
            for (auto const& line : memory_.log) {
                add(line.status_index);
                for (auto const& [id, session] : memory_.sessions)
                    if (concerns(line.entry, session)) add(session.status_index);
            }
            return std::vector<StatusIndex>(revoked.begin(), revoked.end());
        });
    }

private:
    // As one of many.
    static bool concerns(revocation::Entry const& entry, Session const& session)
    {
        if (session.created_at > entry.not_before) return false;
        if (entry.kind == revocation::Kind::user) return entry.subject == session.user.text() && !session.ended_at;
        if (entry.kind == revocation::Kind::client) return entry.subject == session.client_id;
        return entry.kind == revocation::Kind::everything;
    }
    void remove(revocation::Sequence sequence)
    {
        auto const line    = std::ranges::find(memory_.log, sequence, [](auto const& l) { return l.entry.sequence; });
        auto&      removed = memory_.log_removed;
        if (removed.sequence < sequence) removed = {.log = removed.log, .sequence = sequence, .hash = line->hash};
        memory_.log.erase(line);
    }

    Memory& memory_;
};

}  // namespace

std::unique_ptr<RevocationStore> revocations_in(Memory& memory)
{
    return std::make_unique<MemoryRevocations>(memory);
}

}  // namespace signet::core::testing
