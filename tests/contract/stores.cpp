#include "contract/stores.hpp"

#include <cstdlib>
#include <stdexcept>

#include "core/testing/memory_stores.hpp"
#include "core/testing/world.hpp"

namespace signet::contract {
namespace {

class SqliteStores final : public Stores {
public:
    core::UserStore&       users() override { return storage_->users(); }
    core::SessionStore&    sessions() override { return storage_->sessions(); }
    core::AttemptStore&    attempts() override { return storage_->attempts(); }
    core::SigningKeyStore& signing_keys() override { return storage_->signing_keys(); }
    core::AuditStore&      audit() override { return storage_->audit(); }
    core::SealedStore&     sealed() override { return storage_->sealed(); }
    core::EpochStore&      epochs() override { return storage_->epochs(); }
    core::RevocationStore& revocations() override { return storage_->revocations(); }
    core::VerifierStore&   verifiers() override { return storage_->verifiers(); }
    core::ReceiverStore&   receivers() override { return storage_->receivers(); }

private:
    TemporaryFolder                         folder_;
    std::unique_ptr<storage::SqliteStorage> storage_ = open_storage(folder_.path() / "contract.db");
};

// The fakes that core's own tests believe in.
class InMemoryStores final : public Stores {
public:
    core::UserStore&       users() override { return stores_.users(); }
    core::SessionStore&    sessions() override { return stores_.sessions(); }
    core::AttemptStore&    attempts() override { return stores_.attempts(); }
    core::SigningKeyStore& signing_keys() override { return stores_.signing_keys(); }
    core::AuditStore&      audit() override { return stores_.audit(); }
    core::SealedStore&     sealed() override { return stores_.sealed(); }
    core::EpochStore&      epochs() override { return stores_.epochs(); }
    core::RevocationStore& revocations() override { return stores_.revocations(); }
    core::VerifierStore&   verifiers() override { return stores_.verifiers(); }
    core::ReceiverStore&   receivers() override { return stores_.receivers(); }

private:
    core::testing::MemoryStores stores_;
};

template <class T>
std::unique_ptr<Stores> make()
{
    return std::make_unique<T>();
}

}  // namespace

std::vector<Keeper> const& keepers()
{
    static std::vector<Keeper> const all = {{"sqlite", make<SqliteStores>}, {"memory", make<InMemoryStores>}};
    return all;
}

std::string keeper_name(testing::TestParamInfo<Keeper> const& info)
{
    return info.param.name;
}

std::unique_ptr<storage::SqliteStorage> open_storage(std::filesystem::path const& file)
{
    static auto const master = core::testing::make_master_key();
    SystemRandom      random;
    auto              storage = storage::SqliteStorage::open(file);
    storage->begin_audit(master, random).value();
    return storage;
}

TemporaryFolder::TemporaryFolder()
{
    auto name = (std::filesystem::temp_directory_path() / "signet-contract-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    path_ = name;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace signet::contract
