// docs/reference/config.md, written from the table.
#include <fmt/format.h>

#include "cli/config.hpp"
#include "cli/config_values.hpp"

namespace signet::cli {
namespace {

constexpr std::string_view kIntroduction = R"(# Configuration

<!-- Written by `signet config reference` from src/cli/config_table.cpp; a test compares. Do not edit. -->

Signet needs no configuration to be tried (`signet serve --dev`) and three values to be used: `issuer`, `certificate`,
and `private_key`. It reads, each over the one before:

1. the defaults below;
2. `signet.toml`: the file given with `--config` or `SIGNET_CONFIG`, else `/etc/signet/signet.toml` when there is one;
3. the environment: `SIGNET_SECTION_KEY`, for example `SIGNET_SESSIONS_REFRESH_WINDOW=10s`; lists are separated by
   commas;
4. the command line: `--listen`, `--admin-listen`, `--data`, `--plain-http`.

A setting that is unknown, contradicts another, or is insecure stops the start with exit status 3, and the message names
the file and line. `signet config check` says the same without starting; `signet config show` prints every value and
where it came from. Secrets are never values: only paths of files that hold them.

Durations are a whole number and a unit: `250ms`, `30s`, `10m`, `1h`, `30d`.

`serve --dev` has other defaults for a few: `data = "./signet-data"`, an `issuer` that follows from `listen`, a
self-signed certificate made on the spot, and `allowed_origins` with the example site on ports 7001 and 7002.
)";

}  // namespace

std::string config_reference()
{
    Config           defaults;
    std::string      out{kIntroduction};
    std::string_view section;
    for (auto const& setting : settings()) {
        if (setting.section != section) {
            section = setting.section;
            out += fmt::format("\n## [{}]\n", section);
        }
        out +=
            fmt::format("\n### {}\n\n{}\n\n- Type: {}\n- Default: `{}`\n- Environment: `{}`\n", setting.key,
                        setting.doc, type_name(setting), written_value(setting, defaults), environment_name(setting));
    }
    return out;
}

}  // namespace signet::cli
