// cli/gateway_config.hpp - what `signet gateway` is told: one TOML file, and nothing besides it.
//
// Two tables (gateway_table.cpp) name every setting, those of the file and those of a rule in it; loading and
// docs/reference/gateway.md read them.
#pragma once
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/secret.hpp"
#include "cli/config.hpp"
#include "cli/config_values.hpp"
#include "gateway/asked.hpp"
#include "gateway/rules.hpp"

namespace signet::cli {

// The defaults here are the defaults: the documentation prints them from this struct.
struct GatewayConfig {
    HostPort                     listen{"127.0.0.1", 4180};
    gateway::Proxy               proxy = {};  // must be given
    core::SessionMode            mode  = core::SessionMode::token;
    std::string                  sign_in_url;
    HostPort                     admin_listen{"127.0.0.1", 4181};
    std::string                  issuer;
    std::string                  audience;
    std::string                  credential_file;
    std::string                  ca_file;
    std::vector<jose::Algorithm> algorithms = signet::VerifierOptions{}.algorithms;
    WhenStale                    when_stale = WhenStale::until_expiry;
    log::Level                   log_level  = log::Level::info;
    log::Format                  log_format = log::Format::text;
};

// A row of the first table.
struct GatewaySetting {
    std::string_view section;
    std::string_view key;
    ValuePlace (*place)(GatewayConfig&);
    bool             required;
    std::string_view doc;
};
// A row of the second: what a [[rule]] may say.
struct RuleSetting {
    std::string_view key;
    ValuePlace (*place)(gateway::Rule&);
    std::string_view doc;
};

[[nodiscard]] std::span<GatewaySetting const> gateway_settings();
[[nodiscard]] std::span<RuleSetting const>    rule_settings();

struct LoadedGateway {
    GatewayConfig  config;
    SecretString   credential;  // what [tokens] credential_file holds
    gateway::Rules rules;
    Problems       warnings;  // accepted, yet easily meant otherwise
};

// All problems at once, each with the line to change. Reads the files that are named, but for [tokens] ca_file, which
// it looks for.
[[nodiscard]] std::expected<LoadedGateway, Problems> load_gateway_config(std::string const& path);

// docs/reference/gateway.md
[[nodiscard]] std::string gateway_reference();

}  // namespace signet::cli
