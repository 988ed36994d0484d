#include "cli/administration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "cli/refusals.hpp"

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

constexpr auto kDevDataFolder = "./signet-data";

bool has_database(fs::path const& folder)
{
    std::error_code ignored;
    return fs::exists(folder / "signet.db", ignored);
}

// Not merely out of reach.
bool is_certainly_absent(fs::path const& file)
{
    std::error_code unreachable;
    return !fs::exists(file, unreachable) && !unreachable;
}

}  // namespace

std::optional<std::string> find_config_file(std::string const& given, bool dev, std::string const& system)
{
    if (!given.empty()) return given;
    if (auto named = find_variable("SIGNET_CONFIG"); named && !named->empty()) return named;
    if (dev) return std::nullopt;
    std::error_code unreachable;
    if (fs::exists(system, unreachable) || unreachable) return system;  // reading it will say why
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
    if (options.json) print_refusal("invalid_configuration", fmt::format("{}", fmt::join(loaded.error(), " ")));
    return std::unexpected(kConfig);
}

std::string find_data(LoadedConfig const& loaded)
{
    // Beside a running `serve --dev`, nobody should have to name its folder.
    auto const& configured = loaded.config.data;
    bool const  unset      = loaded.origin("server", "data") == "default";
    return unset && !has_database(configured) && has_database(kDevDataFolder) ? kDevDataFolder : configured;
}

std::expected<LocatedData, Exit> locate_data(AdminOptions const& options, NoData no_data)
{
    auto loaded = load_admin_config(options);
    if (!loaded) return std::unexpected(loaded.error());
    auto&      config = loaded->config;
    bool const unset  = loaded->origin("server", "data") == "default";
    config.data       = find_data(*loaded);

    auto const hint =
        std::string{unset ? " Name the data folder with --data, or the configuration with --config." : ""};
    auto const unavailable = [&](std::string_view text) {
        return std::unexpected(refuse(options, "unavailable", text, kUnavailable));
    };
    // Where a restore was cut off there may be no database yet; whoever opens the folder then says so.
    auto const is_absent = [&](char const* name) { return is_certainly_absent(fs::path{config.data} / name); };
    if (no_data == NoData::refuse && is_absent("signet.db") && is_absent("restored"))
        return unavailable(fmt::format("There is no Signet data in {}.{}", config.data, hint));
    auto const folder = DataFolder::open(config.data);
    if (!folder) return unavailable(fmt::format("{}{}", folder.error(), hint));
    return LocatedData{config, *folder, hint};
}

std::expected<std::unique_ptr<Instance>, Exit> open_instance(AdminOptions const& options, NoData no_data)
{
    auto const located = locate_data(options, no_data);
    if (!located) return std::unexpected(located.error());
    auto instance = Instance::open(located->config, located->folder, Instance::Purpose::administering);
    if (!instance) return std::unexpected(refuse(options, "unavailable", instance.error(), kUnavailable));
    return std::move(*instance);
}

Exit refuse(AdminOptions const& options, std::string_view code, std::string_view text, Exit exit)
{
    complain(text);
    if (options.json) print_refusal(code, text);
    return exit;
}

Exit refuse(AdminOptions const& options, core::Error const& error, std::string_view subject)
{
    auto const exit = error.code == core::Errc::unavailable ? kUnavailable : kRefused;
    return refuse(options, core::name(error.code), sentence(error, subject), exit);
}

}  // namespace signet::cli
