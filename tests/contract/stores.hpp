// contract/stores.hpp - the ports under test, whoever keeps them.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/ports.hpp"
#include "core/receivers.hpp"
#include "storage/sqlite.hpp"

namespace signet::contract {

// A fresh, empty set of stores.
class Stores {
public:
    virtual ~Stores()                             = default;
    virtual core::UserStore&       users()        = 0;
    virtual core::SessionStore&    sessions()     = 0;
    virtual core::AttemptStore&    attempts()     = 0;
    virtual core::SigningKeyStore& signing_keys() = 0;
    virtual core::AuditStore&      audit()        = 0;
    virtual core::SealedStore&     sealed()       = 0;
    virtual core::EpochStore&      epochs()       = 0;
    virtual core::RevocationStore& revocations()  = 0;
    virtual core::VerifierStore&   verifiers()    = 0;
    virtual core::ReceiverStore&   receivers()    = 0;
};

struct Keeper {
    std::string name;
    std::unique_ptr<Stores> (*make)();
};

// Every implementation of core's ports: each case of the suite runs against each.
[[nodiscard]] std::vector<Keeper> const& keepers();
// The part of a test's name that says which.
[[nodiscard]] std::string                keeper_name(testing::TestParamInfo<Keeper> const& info);

// A storage on `file`, under the master key of all these tests.
[[nodiscard]] std::unique_ptr<storage::SqliteStorage> open_storage(std::filesystem::path const& file);

// An empty folder of its own, removed with the object.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(TemporaryFolder const&)            = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

class ContractTest : public testing::TestWithParam<Keeper> {
protected:
    std::unique_ptr<Stores> stores_       = GetParam().make();
    core::UserStore&        users_        = stores_->users();
    core::SessionStore&     sessions_     = stores_->sessions();
    core::AttemptStore&     attempts_     = stores_->attempts();
    core::SigningKeyStore&  signing_keys_ = stores_->signing_keys();
    core::AuditStore&       audit_        = stores_->audit();
    core::SealedStore&      sealed_       = stores_->sealed();
    core::EpochStore&       epochs_       = stores_->epochs();
    core::RevocationStore&  revocations_  = stores_->revocations();
    core::VerifierStore&    verifiers_    = stores_->verifiers();
    core::ReceiverStore&    receivers_    = stores_->receivers();

    // How many audit rows there are.
    [[nodiscard]] std::size_t audited() { return audit_.latest(100'000).value().size(); }
};

}  // namespace signet::contract
