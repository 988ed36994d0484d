#include "cli/serve_config.hpp"

#include <fmt/format.h>

#include "cli/administration.hpp"
#include "cli/config_values.hpp"
#include "cli/refusals.hpp"

namespace signet::cli {

std::expected<LoadedConfig, Exit> load_serve_config(ServeOptions const& options)
{
    ConfigSources sources{.file        = find_config_file(options.config, options.dev),
                          .environment = signet_environment(),
                          .flags       = {},
                          .dev         = options.dev};
    auto const flag = [&](std::string_view section, std::string_view key, std::string const& text, char const* origin) {
        if (!text.empty()) sources.flags.push_back({std::string{section}, std::string{key}, text, origin});
    };
    flag("server", "listen", options.listen, "--listen");
    flag("admin", "listen", options.admin_listen, "--admin-listen");
    flag("server", "data", options.data, "--data");
    flag("server", "plain_http", options.plain_http ? "true" : "", "--plain-http");

    auto loaded = load_config(sources);
    if (!loaded) complain(loaded.error());
    if (!loaded) return std::unexpected(kConfig);
    auto const problems = check_serving(*loaded);
    complain(problems);
    if (!problems.empty()) return std::unexpected(kConfig);
    return std::move(*loaded);
}

std::string describe(LoadedConfig loaded)
{
    std::string text = "signet " SIGNET_VERSION;
    auto const  rows = settings();
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (!loaded.origins[row].starts_with("default"))
            text += fmt::format(", [{}] {} = {}", rows[row].section, rows[row].key,
                                written_value(rows[row], loaded.config));
    return text;
}

}  // namespace signet::cli
