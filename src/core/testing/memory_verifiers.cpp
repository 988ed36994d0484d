#include "core/testing/memory_stores.hpp"

namespace signet::core::testing {
namespace {

class MemoryVerifiers final : public VerifierStore {
public:
    explicit MemoryVerifiers(Memory& memory) : memory_(memory) {}

    Result<void> add_verifier(Verifier const& verifier, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            if (!memory_.verifiers.emplace(verifier.name, verifier).second) return refused(Errc::name_taken);
            memory_.audit.push_back(audit);
            return {};
        });
    }
    Result<std::vector<Verifier>> list_verifiers() override
    {
        return memory_.run([&]() -> Result<std::vector<Verifier>> {
            std::vector<Verifier> verifiers;
            for (auto const& [name, verifier] : memory_.verifiers) verifiers.push_back(verifier);
            return verifiers;
        });
    }
    Result<void> remove_verifier(std::string_view name, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            if (memory_.verifiers.erase(std::string{name}) == 0) return refused(Errc::not_found);
            memory_.audit.push_back(audit);
            return {};
        });
    }
    Result<void> note_connected(std::set<std::string> const& names, TimePoint at) override
    {
        return memory_.run([&]() -> Result<void> {
            for (auto& [name, verifier] : memory_.verifiers)
                if (names.contains(name)) verifier.last_connected_at = at;
            return {};
        });
    }

private:
    Memory& memory_;
};

}  // namespace

std::unique_ptr<VerifierStore> verifiers_in(Memory& memory)
{
    return std::make_unique<MemoryVerifiers>(memory);
}

}  // namespace signet::core::testing
