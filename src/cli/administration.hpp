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

inline constexpr auto kSystemConfig = "/etc/signet/signet.toml";

// The file to read: `given`, else SIGNET_CONFIG, else `system` unless it certainly is not there, and not `dev`: one
// that cannot be reached must not mean the defaults.
[[nodiscard]] std::optional<std::string> find_config_file(std::string const& given, bool dev,
                                                          std::string const& system = kSystemConfig);

// Complains when it refuses.
[[nodiscard]] std::expected<LoadedConfig, Exit> load_admin_config(AdminOptions const& options);

// The data folder that the verbs use: the configured one, or ./signet-data when nothing is configured and only that
// holds a database.
[[nodiscard]] std::string find_data(LoadedConfig const& loaded);

// What a verb does where there is no data yet: only one that adds accounts begins a new folder.
enum class NoData { refuse, begin };

// Where the data is, and by which configuration.
struct LocatedData {
    Config      config;
    DataFolder  folder;
    std::string hint;  // for a refusal: how to name another; may be empty
};

// Finds the data folder of `options` as open_instance() does, and opens nothing in it. Complains when it refuses.
[[nodiscard]] std::expected<LocatedData, Exit> locate_data(AdminOptions const& options,
                                                           NoData              no_data = NoData::refuse);

// Opens the data folder of `options`: --data, else the configured one, else ./signet-data when only that holds a
// database. Complains when it refuses.
[[nodiscard]] std::expected<std::unique_ptr<Instance>, Exit> open_instance(AdminOptions const& options,
                                                                           NoData no_data = NoData::refuse);

// Says `text` to a person, with --json also to a machine; gives `exit`.
Exit refuse(AdminOptions const& options, std::string_view code, std::string_view text, Exit exit);
// The same for what core refuses about `subject`: exit 4 for a storage failure, 1 for anything else.
Exit refuse(AdminOptions const& options, core::Error const& error, std::string_view subject);

}  // namespace signet::cli
