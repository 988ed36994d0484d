// storage/test_storage.hpp - for tests: a storage under a master key that is no secret.
#pragma once
#include <filesystem>
#include <memory>

#include "core/master_key.hpp"
#include "storage/sqlite.hpp"

namespace signet::storage {

inline core::MasterKey test_master_key(char digit = 'a')
{
    return core::MasterKey::parse(SecretString{std::string(64, digit)}).value();
}

inline std::unique_ptr<SqliteStorage> open_test_storage(std::filesystem::path const& file)
{
    SystemRandom random;
    auto         storage = SqliteStorage::open(file);
    storage->begin_audit(test_master_key(), random).value();
    return storage;
}

}  // namespace signet::storage
