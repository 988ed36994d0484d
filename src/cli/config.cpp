#include "cli/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/config_file.hpp"
#include "cli/config_values.hpp"
#include "cli/nearest_word.hpp"

extern char** environ;

namespace signet::cli {
namespace {

constexpr std::string_view     kPrefix              = "SIGNET_";
// examples/notes, two instances of it.
std::vector<std::string> const kExampleOrigins      = {"https://localhost:7001", "https://localhost:7002"};
std::vector<std::string> const kPlainExampleOrigins = {"http://localhost:7001", "http://localhost:7002"};

// Set by Kubernetes in every container beside a service called "signet"; not ours to refuse.
bool is_service_link(std::string_view name)
{
    return name == "SIGNET_PORT" || name.starts_with("SIGNET_PORT_") || name == "SIGNET_SERVICE_HOST" ||
           name.starts_with("SIGNET_SERVICE_PORT");
}

Config first_values(bool dev)
{
    Config config;
    config.dev = dev;
    if (!dev) return config;
    config.data                                     = "./signet-data";
    config.allowed_origins                          = kExampleOrigins;
    config.rules.throttle.exempt_loopback_addresses = true;
    return config;
}

class Loading {
public:
    explicit Loading(bool dev)
    {
        loaded_.config = first_values(dev);
        loaded_.origins.assign(settings().size(), dev ? "default of --dev" : "default");
    }

    void read_file(std::string const& path)
    {
        auto const entries = read_config_file(path);
        if (!entries) problems_.push_back(entries.error());
        if (!entries) return;
        for (auto const& entry : *entries) {
            auto const origin = fmt::format("{}:{}", path, entry.line);
            if (auto const row = find(entry.section, entry.key); row && entry.number == 0)
                set(*row, entry.value, origin);
            else
                problems_.push_back(unknown(entry, origin));
        }
    }

    void read_environment(std::vector<std::pair<std::string, std::string>> const& variables)
    {
        for (auto const& [name, value] : variables) {
            if (name == "SIGNET_CONFIG" || is_service_link(name)) continue;
            auto const rows = settings();
            auto const row  = std::ranges::find(rows, name, environment_name);
            if (row != rows.end())
                set(static_cast<std::size_t>(row - rows.begin()), {.text = value}, name);
            else
                problems_.push_back(
                    fmt::format("{}: no setting has this name{}", name, did_you_mean(name, rows, environment_name)));
        }
    }

    void set_flag(Override const& flag)
    {
        if (auto const row = find(flag.section, flag.key)) set(*row, {.text = flag.text}, flag.origin);
    }

    std::expected<LoadedConfig, Problems> finish()
    {
        auto& config = loaded_.config;
        if (config.dev && config.plain_http && config.allowed_origins == kExampleOrigins)
            config.allowed_origins = kPlainExampleOrigins;
        if (!problems_.empty()) return std::unexpected(std::move(problems_));
        if (auto problems = check_rules(loaded_); !problems.empty()) return std::unexpected(std::move(problems));
        return std::move(loaded_);
    }

private:
    static std::optional<std::size_t> find(std::string_view section, std::string_view key)
    {
        auto const rows = settings();
        auto const row =
            std::ranges::find_if(rows, [&](auto const& s) { return s.section == section && s.key == key; });
        if (row == rows.end()) return std::nullopt;
        return static_cast<std::size_t>(row - rows.begin());
    }

    static std::string unknown(FileEntry const& entry, std::string const& origin)
    {
        auto const rows = settings();
        if (entry.section.empty()) return fmt::format("{}: {} stands outside a [section].", origin, entry.key);
        auto const in_section = [&](Setting const& s) { return s.section == entry.section; };
        if (std::ranges::none_of(rows, in_section))
            return fmt::format("{}: [{}] is not a section{}", origin, entry.section,
                               did_you_mean(entry.section, rows, &Setting::section));
        if (entry.number != 0) return fmt::format("{0}: [[{1}]] must be written [{1}].", origin, entry.section);
        if (entry.key.empty()) return fmt::format("{}: [{}] is empty; remove it.", origin, entry.section);
        std::vector<Setting> siblings;
        std::ranges::copy_if(rows, std::back_inserter(siblings), in_section);
        return fmt::format("{}: [{}] {} is not a setting{}", origin, entry.section, entry.key,
                           did_you_mean(entry.key, siblings, &Setting::key));
    }

    void set(std::size_t row, Written const& value, std::string origin)
    {
        auto const& setting = settings()[row];
        auto const  done    = assign(setting, loaded_.config, value);
        if (!done) problems_.push_back(fmt::format("{}: {} {}.", origin, label(setting), done.error()));
        loaded_.origins[row] = std::move(origin);
    }

    LoadedConfig loaded_;
    Problems     problems_;
};

}  // namespace

std::string const& LoadedConfig::origin(std::string_view section, std::string_view key) const
{
    auto const rows = settings();
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (rows[row].section == section && rows[row].key == key) return origins[row];
    throw std::logic_error(fmt::format("no setting [{}] {}", section, key));
}

std::expected<LoadedConfig, Problems> load_config(ConfigSources const& sources)
{
    Loading loading(sources.dev);
    if (sources.file) loading.read_file(*sources.file);
    loading.read_environment(sources.environment);
    for (auto const& flag : sources.flags) loading.set_flag(flag);
    return loading.finish();
}

std::vector<std::pair<std::string, std::string>> signet_environment()
{
    std::vector<std::pair<std::string, std::string>> found;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        std::string_view const text   = *entry;
        auto const             equals = text.find('=');
        if (text.starts_with(kPrefix) && equals != text.npos)
            found.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return found;
}

std::optional<std::string> find_variable(std::string_view name)
{
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        std::string_view const text = *entry;
        if (text.starts_with(name) && text.substr(name.size()).starts_with('='))
            return std::string{text.substr(name.size() + 1)};
    }
    return std::nullopt;
}

}  // namespace signet::cli
