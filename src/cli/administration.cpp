#include "cli/administration.hpp"

#include <filesystem>

#include "cli/refusals.hpp"

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

constexpr auto kSystemConfig  = "/etc/signet/signet.toml";
constexpr auto kDevDataFolder = "./signet-data";

bool has_database(fs::path const& folder)
{
    std::error_code ignored;
    return fs::exists(folder / "signet.db", ignored);
}

}  // namespace

std::optional<std::string> find_config_file(std::string const& given, bool dev)
{
    if (!given.empty()) return given;
    if (auto named = find_variable("SIGNET_CONFIG"); named && !named->empty()) return named;
    std::error_code ignored;
    if (!dev && fs::exists(kSystemConfig, ignored)) return kSystemConfig;
    return std::nullopt;
}

std::expected<LoadedConfig, Exit> load_admin_config(AdminOptions const& options)
{
    ConfigSources sources{
        .file = find_config_file(options.config, false), .environment = signet_environment(), .flags = {}};
    if (!options.data.empty()) sources.flags.push_back({"server", "data", options.data, "--data"});
    auto loaded = load_config(sources);
    if (loaded) return std::move(*loaded);
    complain(loaded.error());
    return std::unexpected(kConfig);
}

std::expected<std::unique_ptr<Instance>, Exit> open_instance(AdminOptions const& options)
{
    auto loaded = load_admin_config(options);
    if (!loaded) return std::unexpected(loaded.error());
    auto&      config = loaded->config;
    // Beside a running `serve --dev`, nobody should have to name its folder.
    bool const unset  = loaded->origin("server", "data") == "default";
    if (unset && !has_database(config.data) && has_database(kDevDataFolder)) config.data = kDevDataFolder;

    auto const folder = DataFolder::open(config.data);
    if (!folder) {
        complain(folder.error());
        if (unset) complain("Name the data folder with --data, or the configuration with --config.");
        return std::unexpected(kUnavailable);
    }
    auto instance = Instance::open(config, *folder, Instance::Purpose::administering);
    if (instance) return std::move(*instance);
    complain(instance.error());
    return std::unexpected(kUnavailable);
}

Exit exit_of(core::Error const& error)
{
    return error.code == core::Errc::unavailable ? kUnavailable : kRefused;
}

}  // namespace signet::cli
