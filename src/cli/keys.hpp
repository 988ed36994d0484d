// cli/keys.hpp - `signet keys …`: the signing keys, as they are and as they change.
#pragma once
#include "cli/administration.hpp"

namespace signet::cli {

struct KeysOptions {
    AdminOptions admin;
    bool         now = false;  // rotate --now
};

[[nodiscard]] Exit list_keys(KeysOptions const& options);
[[nodiscard]] Exit rotate_keys(KeysOptions const& options);

}  // namespace signet::cli
