#include "cli/config_verbs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.hpp"
#include "cli/config_values.hpp"
#include "cli/gateway_config.hpp"
#include "cli/refusals.hpp"

namespace signet::cli {

Exit check_config(AdminOptions const& options)
{
    auto const loaded = load_admin_config(options);
    if (!loaded) return loaded.error();
    for (auto const& warning : loaded->warnings) complain("warning: " + warning);
    auto const problems = check_serving(*loaded);
    complain(problems);
    if (!problems.empty() && options.json)
        print_refusal("invalid_configuration", fmt::format("{}", fmt::join(problems, " ")));
    if (!problems.empty()) return kConfig;
    if (options.json)
        fmt::print("{}\n", json::Object{}.set("warnings", std::span<std::string const>{loaded->warnings}).text());
    else
        fmt::print("The configuration is good.\n");
    return kDone;
}

Exit show_config(AdminOptions const& options)
{
    auto loaded = load_admin_config(options);
    if (!loaded) return loaded.error();
    auto const       rows = settings();
    std::string_view section;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        auto const& setting = rows[row];
        auto const  value   = written_value(setting, loaded->config);
        if (options.json) {
            json::Object out;
            out.set("section", setting.section).set("key", setting.key).set_raw("value", value);
            fmt::print("{}\n", out.set("source", loaded->origins[row]).text());
            continue;
        }
        if (setting.section != section) fmt::print("{}[{}]\n", section.empty() ? "" : "\n", setting.section);
        section = setting.section;
        fmt::print("{:<52} # {}\n", fmt::format("{} = {}", setting.key, value), loaded->origins[row]);
    }
    return kDone;
}

Exit print_config_reference(ReferenceOptions const& options)
{
    fmt::print("{}", options.gateway ? gateway_reference() : config_reference());
    return kDone;
}

}  // namespace signet::cli
