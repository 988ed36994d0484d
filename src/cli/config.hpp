// cli/config.hpp - everything an operator can set, and where each value came from.
//
// One table (config_table.cpp) names every setting; the file, the environment,
// `config show`, and docs/reference/config.md all read it.
//
// Knows nothing of:  TOML (config_file.cpp), verbs.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.hpp"
#include "core/settings.hpp"
#include "http/forwarded_header.hpp"

namespace signet::cli {

struct HostPort {
    std::string   host;
    std::uint16_t port = 0;  // 0: any free one

    bool operator==(HostPort const&) const = default;
};

// How much work may wait for a thread of a bounded pool, and how long.
struct PoolSettings {
    std::uint32_t             queue = 0;
    std::chrono::milliseconds wait{2000};
};

// The defaults here are the defaults: the documentation prints them from this struct.
struct Config {
    HostPort                  listen{"localhost", 8443};
    std::string               issuer;
    std::string               data = "/var/lib/signet";
    std::string               master_key;
    std::string               certificate;
    std::string               private_key;
    bool                      plain_http = false;
    std::vector<std::string>  allowed_origins;
    std::vector<std::string>  trusted_proxies;
    http::ForwardedHeader     forwarded_header = http::ForwardedHeader::x_forwarded_for;
    bool                      proxy_protocol   = false;
    std::uint32_t             connections      = 20'000;
    HostPort                  admin_listen{"127.0.0.1", 8444};
    core::Settings            rules;  // tokens, sessions, passwords, throttle, keys
    bool                      publish_key_set = true;
    PoolSettings              hashing{.queue = 64};
    PoolSettings              storage{.queue = 1024};
    std::uint32_t             storage_threads = 48;  // hashing has what fits into the memory budget
    std::chrono::milliseconds confirmation_wait{50};
    bool                      signup = true;
    std::string               brand  = "Signet";
    std::string               brand_css;
    std::string               brand_logo;
    log::Level                log_level  = log::Level::info;
    log::Format               log_format = log::Format::text;

    bool dev = false;  // `serve --dev`; not a setting
};

// Where a setting lives in a Config; the alternative is its type.
template <class T>
using Place = T& (*)(Config&);
using AnyPlace =
    std::variant<Place<std::string>, Place<bool>, Place<std::uint32_t>, Place<std::size_t>, Place<std::chrono::seconds>,
                 Place<std::chrono::milliseconds>, Place<std::vector<std::string>>, Place<HostPort>,
                 Place<jose::Algorithm>, Place<log::Level>, Place<log::Format>, Place<http::ForwardedHeader>,
                 Place<core::SessionMode>>;

// One row of the table.
struct Setting {
    std::string_view section;
    std::string_view key;
    AnyPlace         place;
    std::string_view least;  // inclusive, as one writes it; empty: no bound
    std::string_view most;
    std::string_view doc;
};

[[nodiscard]] std::span<Setting const> settings();
// "[sessions] refresh_window"
[[nodiscard]] std::string              label(Setting const& setting);
// "SIGNET_SESSIONS_REFRESH_WINDOW"
[[nodiscard]] std::string              environment_name(Setting const& setting);

// One value from outside, not yet looked at.
struct Override {
    std::string section;
    std::string key;
    std::string text;    // lists: items separated by commas
    std::string origin;  // "--listen"
};

struct ConfigSources {
    std::optional<std::string>                       file;         // must exist when given
    std::vector<std::pair<std::string, std::string>> environment;  // name and value, SIGNET_* only
    std::vector<Override>                            flags;
    bool                                             dev = false;
};

// "signet.toml:7: [sessions] refresh_widow is not a setting; did you mean refresh_window?"
using Problems = std::vector<std::string>;

struct LoadedConfig {
    Config                   config;
    std::vector<std::string> origins;   // of each row of settings(): "default", "signet.toml:7", "SIGNET_…", "--listen"
    Problems                 warnings;  // accepted, yet unusual

    [[nodiscard]] std::string const& origin(std::string_view section, std::string_view key) const;
};

// Defaults, then the file, then the environment, then flags. All problems at once, never only the first. Values are
// checked one by one and against each other.
[[nodiscard]] std::expected<LoadedConfig, Problems> load_config(ConfigSources const& sources);

// What must hold besides before this configuration can serve: an issuer, a certificate, addresses that fit them.
[[nodiscard]] Problems check_serving(LoadedConfig const& loaded);

// Contradictions and insecure values, each with the line to change; fills `warnings`. Part of load_config().
[[nodiscard]] Problems check_rules(LoadedConfig& loaded);

// The variables of this process that begin with SIGNET_.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> signet_environment();

// The value of a variable of this process; nullopt when it is not set. Call before other threads change it.
[[nodiscard]] std::optional<std::string> find_variable(std::string_view name);

// docs/reference/config.md.
[[nodiscard]] std::string config_reference();

}  // namespace signet::cli
