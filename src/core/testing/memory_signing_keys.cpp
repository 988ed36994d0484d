#include <algorithm>
#include <tuple>

#include "core/testing/memory_stores.hpp"

namespace signet::core::testing {
namespace {

class MemorySigningKeys final : public SigningKeyStore {
public:
    explicit MemorySigningKeys(Memory& memory) : memory_(memory) {}

    Result<std::vector<SigningKeyRecord>> list_keys(TimePoint now) override
    {
        return memory_.run([&]() -> Result<std::vector<SigningKeyRecord>> {
            std::vector<SigningKeyRecord> keys;
            for (auto const& key : memory_.keys)
                if (!key.published_until || *key.published_until > now) keys.push_back(key);
            std::ranges::sort(keys, {}, [](SigningKeyRecord const& key) {
                return std::tie(key.active_from, key.created_at, key.kid);
            });
            return keys;
        });
    }
    Result<bool> add_key(SigningKeyRecord const& key, std::optional<TimePoint> unless_newer_than,
                         std::chrono::seconds slack, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<bool> {
            for (auto const& other : memory_.keys)
                if (other.purpose == key.purpose && unless_newer_than && other.created_at > *unless_newer_than)
                    return false;
            memory_.add_key(key, slack);
            memory_.audit.push_back(audit);
            return true;
        });
    }
    Result<void> raise_token_life(std::string_view kid, std::chrono::seconds life) override
    {
        return memory_.run([&]() -> Result<void> {
            auto const key = std::ranges::find(memory_.keys, kid, &SigningKeyRecord::kid);
            if (key == memory_.keys.end()) return refused(Errc::not_found);
            if (key->longest_token_life >= life) return {};
            if (key->published_until) *key->published_until += life - key->longest_token_life;
            key->longest_token_life = life;
            return {};
        });
    }
    Result<Revoked> revoke_key(std::string_view kid, std::optional<SigningKeyRecord> const& replacement,
                               std::chrono::seconds slack, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<Revoked> {
            auto const key = std::ranges::find(memory_.keys, kid, &SigningKeyRecord::kid);
            if (key == memory_.keys.end() || key->published_until.value_or(TimePoint::max()) <= audit.at)
                return refused(Errc::not_found);
            auto const turn    = key->active_from;
            auto const what    = Revocation::of_key(key->kid);
            auto const revoked = memory_.revoke({&what, 1}, audit.at);
            memory_.revoke_key(*key, audit.at);
            memory_.keys.erase(key);
            if (replacement) {
                for (auto& other : memory_.keys) {
                    if (turn <= audit.at || other.retired_at != turn) continue;
                    other.retired_at      = replacement->active_from;
                    other.published_until = replacement->active_from + slack + other.longest_token_life;
                }
                memory_.add_key(*replacement, slack);
            }
            memory_.audit.push_back(audit);
            return revoked;
        });
    }

private:
    Memory& memory_;
};

}  // namespace

std::unique_ptr<SigningKeyStore> signing_keys_in(Memory& memory)
{
    return std::make_unique<MemorySigningKeys>(memory);
}

}  // namespace signet::core::testing
