// cli/administration.hpp - how the verbs beside `serve` find configuration and data.
#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "cli/config.hpp"
#include "cli/exit_codes.hpp"
#include "cli/instance.hpp"

namespace signet::cli {

// The options that all of them take.
struct AdminOptions {
    std::string config;  // --config, may be empty
    std::string data;    // --data, may be empty
    bool        json = false;
};

// The file to read: `given`, else SIGNET_CONFIG, else /etc/signet/signet.toml when there is one and not `dev`.
[[nodiscard]] std::optional<std::string> find_config_file(std::string const& given, bool dev);

// Complains on standard error when it refuses.
[[nodiscard]] std::expected<LoadedConfig, Exit> load_admin_config(AdminOptions const& options);

// Opens the data folder of `options`: --data, else the configured one, else ./signet-data when only that holds a
// database. Complains when it refuses.
[[nodiscard]] std::expected<std::unique_ptr<Instance>, Exit> open_instance(AdminOptions const& options);

// 4 for a storage failure, 1 for any other refusal.
[[nodiscard]] Exit exit_of(core::Error const& error);

}  // namespace signet::cli
