#include <algorithm>

#include "core/testing/memory_stores.hpp"
#include "core/token_secret.hpp"

namespace signet::core::testing {
namespace {

class MemorySealed final : public SealedStore {
public:
    explicit MemorySealed(Memory& memory) : memory_(memory) {}

    Result<std::optional<std::string>> find_secret(std::string_view name) override
    {
        return memory_.run([&]() -> Result<std::optional<std::string>> {
            auto const found = memory_.secrets.find(std::string{name});
            return found == memory_.secrets.end() ? std::nullopt : std::optional{found->second};
        });
    }
    Result<void> add_secret(std::string_view name, std::string_view sealed) override
    {
        return memory_.run([&]() -> Result<void> {
            memory_.secrets.emplace(name, sealed);
            return {};
        });
    }
    Result<std::vector<Sealed>> list_sealed() override
    {
        return memory_.run([&]() -> Result<std::vector<Sealed>> {
            std::vector<Sealed> all;
            for (auto const& [name, sealed] : memory_.secrets) all.push_back({Sealed::Kind::secret, name, sealed});
            for (auto const* const keys : {&memory_.keys, &memory_.revoked})
                for (auto const& key : *keys)
                    all.push_back({Sealed::Kind::signing_key, key.kid, key.sealed, key.purpose});
            return all;
        });
    }
    Result<void> reseal(std::span<Resealed const> all, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            auto const there = memory_.secrets.size() + memory_.keys.size() + memory_.revoked.size();
            if (there != all.size() || !std::ranges::all_of(all, [&](auto const& one) { return find(one) != nullptr; }))
                return refused(Errc::unavailable, "others than those");
            for (auto const& one : all) *find(one) = one.after;
            memory_.audit.push_back(audit);
            return {};
        });
    }

private:
    // Where the bytes lie that it is made from.
    std::string* find(Resealed const& one)
    {
        auto const& [kind, name, bytes, purpose] = one.before;
        if (kind == Sealed::Kind::secret) {
            auto const found = memory_.secrets.find(name);
            return found != memory_.secrets.end() && found->second == bytes ? &found->second : nullptr;
        }
        for (auto* const keys : {&memory_.keys, &memory_.revoked})
            for (auto& key : *keys)
                if (key.kid == name && key.sealed == bytes) return &key.sealed;
        return nullptr;
    }

    Memory& memory_;
};

class MemoryEpochs final : public EpochStore {
public:
    explicit MemoryEpochs(Memory& memory) : memory_(memory) {}

    Result<TimePoint> epoch_began() override
    {
        return memory_.run([&]() -> Result<TimePoint> { return memory_.epoch_began; });
    }
    Result<void> begin_epoch(EpochStart const& start, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            memory_.epoch_began = audit.at;
            for (auto& [id, session] : memory_.sessions) {
                if (!Memory::is_live(session, audit.at)) continue;
                session.ended_at   = audit.at;
                session.end_reason = EndReason::new_epoch;
                memory_.tell_ended({&id, 1}, Initiator::admin);
            }
            memory_.begin_log(audit.at);
            for (auto const& key : memory_.keys) memory_.revoke_key(key, audit.at);
            memory_.keys = {start.key, start.feed_key};
            if (start.event_key) memory_.keys.push_back(*start.event_key);
            memory_.secrets.insert_or_assign(std::string{kTokenSecretName}, start.token_secret);
            memory_.audit.push_back(audit);
            return {};
        });
    }

private:
    Memory& memory_;
};

}  // namespace

std::unique_ptr<SealedStore> sealed_in(Memory& memory)
{
    return std::make_unique<MemorySealed>(memory);
}

std::unique_ptr<EpochStore> epochs_in(Memory& memory)
{
    return std::make_unique<MemoryEpochs>(memory);
}

}  // namespace signet::core::testing
