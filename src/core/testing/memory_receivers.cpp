#include <algorithm>
#include <tuple>

#include "core/testing/memory_stores.hpp"

namespace signet::core::testing {
namespace {

class MemoryReceivers final : public ReceiverStore {
public:
    explicit MemoryReceivers(Memory& memory) : memory_(memory) {}

    Result<void> add_receiver(Receiver const& receiver, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            if (!memory_.receivers.emplace(receiver.name, receiver).second) return refused(Errc::name_taken);
            if (receiver.sealed_token)
                memory_.secrets.emplace(receiver_secret_name(receiver.name), *receiver.sealed_token);
            memory_.audit.push_back(audit);
            return {};
        });
    }
    Result<std::vector<Receiver>> list_receivers() override
    {
        return memory_.run([&]() -> Result<std::vector<Receiver>> {
            std::vector<Receiver> all;
            for (auto const& [name, receiver] : memory_.receivers) {
                all.push_back(receiver);
                all.back().pending =
                    static_cast<std::uint64_t>(std::ranges::count(memory_.events, name, &MemoryEvent::receiver));
                auto const secret = memory_.secrets.find(receiver_secret_name(name));
                if (secret != memory_.secrets.end()) all.back().sealed_token = secret->second;
            }
            return all;
        });
    }
    Result<void> remove_receiver(std::string_view name, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            if (memory_.receivers.erase(std::string{name}) == 0) return refused(Errc::not_found);
            memory_.secrets.erase(receiver_secret_name(name));
            std::erase_if(memory_.events, [&](auto const& event) { return event.receiver == name; });
            memory_.audit.push_back(audit);
            return {};
        });
    }
    Result<std::vector<PendingEvent>> list_pending(std::string_view receiver, TimePoint created_at,
                                                   std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::vector<PendingEvent>> {
            std::vector<PendingEvent> pending;
            auto const                found = memory_.receivers.find(std::string{receiver});
            if (found == memory_.receivers.end() || found->second.created_at != created_at) return pending;
            for (auto const& event : memory_.events)
                if (event.receiver == receiver) pending.push_back(event.pending);
            std::ranges::sort(pending, {}, [](auto const& one) { return std::tuple(one.tries, one.number); });
            if (pending.size() > most)
                pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(most), pending.end());
            return pending;
        });
    }
    Result<void> note_delivered(std::string_view receiver, std::int64_t number, TimePoint at) override
    {
        return memory_.run([&]() -> Result<void> {
            if (forget(receiver, number)) find(receiver).delivered_at = at;
            return {};
        });
    }
    Result<void> note_failed(std::string_view receiver, std::int64_t number, std::string_view error,
                             TimePoint at) override
    {
        return memory_.run([&]() -> Result<void> {
            for (auto& event : memory_.events) {
                if (event.receiver != receiver || event.pending.number != number) continue;
                ++event.pending.tries;
                find(receiver).failed_at = at;
                find(receiver).error     = error;
            }
            return {};
        });
    }
    Result<void> drop_event(std::string_view receiver, std::int64_t number, std::string_view error,
                            AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            if (!forget(receiver, number)) return {};
            auto& its     = find(receiver);
            its.failed_at = audit.at;
            its.error     = error;
            ++its.dropped;
            memory_.audit.push_back(audit);
            return {};
        });
    }
    Result<std::size_t> drop_old(std::string_view receiver, TimePoint before, std::size_t most,
                                 AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<std::size_t> {
            auto newer = static_cast<std::size_t>(std::ranges::count(memory_.events, receiver, &MemoryEvent::receiver));
            auto const gone = std::erase_if(memory_.events, [&](auto const& event) {
                if (event.receiver != receiver) return false;
                return newer-- > most || event.pending.event.at < before;
            });
            if (gone == 0) return 0U;
            find(receiver).dropped += gone;
            auto told   = audit;
            told.detail = std::to_string(gone) + " " + audit.detail;
            memory_.audit.push_back(told);
            return gone;
        });
    }

private:
    bool forget(std::string_view receiver, std::int64_t number)
    {
        return std::erase_if(memory_.events, [&](auto const& event) {
                   return event.receiver == receiver && event.pending.number == number;
               }) > 0;
    }
    Receiver& find(std::string_view receiver) { return memory_.receivers.at(std::string{receiver}); }

    Memory& memory_;
};

}  // namespace

std::unique_ptr<ReceiverStore> receivers_in(Memory& memory)
{
    return std::make_unique<MemoryReceivers>(memory);
}

}  // namespace signet::core::testing
