// cli/rewrap.hpp - `signet keys rewrap`: another master key over the same database.
#pragma once
#include <string>

#include "cli/administration.hpp"

namespace signet::cli {

struct RewrapOptions {
    AdminOptions admin;
    std::string  new_key;         // a file that holds the new master key; empty: one is made
    bool         leaked = false;  // the old one is in other hands: everything issued until now becomes void
    bool         yes    = false;
};

[[nodiscard]] Exit rewrap_keys(RewrapOptions const& options);

}  // namespace signet::cli
