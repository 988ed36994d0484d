// storage/test_storage.hpp - for tests: a storage under a master key that is no secret.
#pragma once
#include <filesystem>
#include <memory>

#include "core/master_key.hpp"
#include "core/token_secret.hpp"
#include "storage/sqlite.hpp"

namespace signet::storage {

inline core::MasterKey test_master_key(char digit = 'a')
{
    return core::MasterKey::parse(SecretString{std::string(64, digit)}).value();
}

// As a start does it.
inline std::unique_ptr<SqliteStorage> open_test_storage(std::filesystem::path const& file)
{
    auto const   master = test_master_key();
    SystemRandom random;
    auto         storage = SqliteStorage::open(file);
    core::load_token_secret({.sealed       = storage->sealed(),
                             .signing_keys = storage->signing_keys(),
                             .master_key   = master,
                             .random       = random,
                             .now          = SystemClock{}.now()})
        .value();
    storage->begin_audit(master, random).value();
    return storage;
}

}  // namespace signet::storage
