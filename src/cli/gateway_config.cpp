#include "cli/gateway_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "cli/address_rules.hpp"
#include "cli/config_file.hpp"
#include "cli/nearest_word.hpp"
#include "cli/private_file.hpp"
#include "http/origins.hpp"
#include "http/request_head.hpp"

namespace signet::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRuleSection = "rule";

// A rule on its way from the file.
struct WrittenRule {
    gateway::Rule rule;
    std::string   origin;  // "gateway.toml:7", of its path where it has one
    bool          has_path       = false;
    bool          has_when_stale = false;
};

// `https://host/path`, for people. The error is the end of a sentence.
std::optional<std::string> fault_of_url(std::string_view url)
{
    auto const origin = http::origin_of(url);
    if (origin.empty()) return R"(must begin with "https://")";
    if (auto fault = fault_of_origin(origin)) return fault;
    auto const rest = url.substr(origin.size());
    if (!rest.starts_with('/') || !http::is_clean_target(rest))
        return "must go on after the host with the page's path, as in \"https://id.example.com/login\"";
    return std::nullopt;
}

// What a token cannot be: in a header, on one line.
bool is_credential(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

class Loading {
public:
    explicit Loading(std::string path) : path_(std::move(path)) {}

    void read_file()
    {
        auto const entries = read_config_file(path_);
        if (!entries) problems_.push_back(entries.error());
        if (!entries) return;
        for (auto const& entry : *entries) {
            auto const origin = fmt::format("{}:{}", path_, entry.line);
            if (entry.section == kRuleSection)
                take_rule(entry, origin);
            else
                take(entry, origin);
        }
    }

    std::expected<LoadedGateway, Problems> finish()
    {
        // What could not be read is not judged.
        if (problems_.empty()) check();
        if (problems_.empty()) make_rules();
        if (problems_.empty()) read_credential();
        if (!problems_.empty()) return std::unexpected(std::move(problems_));
        if (config_.audience.empty()) config_.audience = config_.issuer;
        return LoadedGateway{.config     = std::move(config_),
                             .credential = std::move(credential_),
                             .rules      = *std::move(rules_),
                             .warnings   = std::move(warnings_)};
    }

private:
    void take(FileEntry const& entry, std::string const& origin)
    {
        auto const rows = gateway_settings();
        auto const row =
            std::ranges::find_if(rows, [&](auto const& s) { return s.section == entry.section && s.key == entry.key; });
        if (row == rows.end() || entry.number != 0) return problems_.push_back(unknown(entry, origin));
        auto const done = assign({}, row->place(config_), entry.value);
        if (!done) problems_.push_back(fmt::format("{}: [{}] {} {}.", origin, row->section, row->key, done.error()));
        origins_[fmt::format("{} {}", row->section, row->key)] = origin;
    }

    static std::string unknown(FileEntry const& entry, std::string const& origin)
    {
        auto const rows = gateway_settings();
        if (entry.section.empty()) return fmt::format("{}: {} stands outside a [section].", origin, entry.key);
        auto const in_section = [&](auto const& s) { return s.section == entry.section; };
        if (std::ranges::none_of(rows, in_section))
            return fmt::format("{}: [{}] is not a section{}", origin, entry.section,
                               did_you_mean(entry.section, rows, &GatewaySetting::section));
        if (entry.number != 0) return fmt::format("{0}: [[{1}]] must be written [{1}].", origin, entry.section);
        if (entry.key.empty()) return fmt::format("{}: [{}] is empty; remove it.", origin, entry.section);
        std::vector<GatewaySetting> siblings;
        std::ranges::copy_if(rows, std::back_inserter(siblings), in_section);
        return fmt::format("{}: [{}] {} is not a setting{}", origin, entry.section, entry.key,
                           did_you_mean(entry.key, siblings, &GatewaySetting::key));
    }

    void take_rule(FileEntry const& entry, std::string const& origin)
    {
        if (entry.number == 0) return problems_.push_back(origin + ": [rule] must be written [[rule]].");
        if (entry.number > written_.size()) written_.push_back({.rule = {}, .origin = origin});
        auto& written = written_.back();
        if (entry.key.empty()) return problems_.push_back(origin + ": [[rule]] is empty; remove it.");

        auto const rows = rule_settings();
        auto const row  = std::ranges::find(rows, entry.key, &RuleSetting::key);
        if (row == rows.end())
            return problems_.push_back(fmt::format("{}: [[rule]] {} is not a setting{}", origin, entry.key,
                                                   did_you_mean(entry.key, rows, &RuleSetting::key)));
        auto const done = assign({}, row->place(written.rule), entry.value);
        if (!done) problems_.push_back(fmt::format("{}: [[rule]] {} {}.", origin, entry.key, done.error()));
        if (entry.key == "path") written.origin = origin;
        written.has_path |= entry.key == "path";
        written.has_when_stale |= entry.key == "when_stale";
    }

    void check()
    {
        for (auto const& row : gateway_settings())
            if (row.required && !origins_.contains(fmt::format("{} {}", row.section, row.key)))
                problems_.push_back(fmt::format("{}: [{}] {} is needed.", path_, row.section, row.key));
        if (!problems_.empty()) return;
        check_listeners();
        if (auto const fault = fault_of_origin(config_.issuer)) problem("tokens", "issuer", *fault + ".");
        if (!config_.sign_in_url.empty())
            if (auto const fault = fault_of_url(config_.sign_in_url)) problem("gateway", "sign_in_url", *fault + ".");
        for (auto const algorithm : config_.algorithms)
            if (jose::is_symmetric(algorithm))
                problem("tokens", "algorithms",
                        fmt::format("has {}, whose key cannot be published: whoever could check tokens could also make "
                                    "them.",
                                    jose::name(algorithm)));
        std::error_code ignored;
        if (!config_.ca_file.empty() && !fs::is_regular_file(config_.ca_file, ignored))
            problem("tokens", "ca_file", "is not a file that can be read.");
    }

    void check_listeners()
    {
        if (!is_loopback(config_.listen.host))
            problem("gateway", "listen",
                    "must be a loopback address such as 127.0.0.1: it is plain HTTP, and tokens come over it.");
        if (!is_loopback(config_.admin_listen.host))
            problem("admin", "listen", "must be a loopback address such as 127.0.0.1: it is plain HTTP.");
        if (config_.admin_listen == config_.listen && config_.listen.port != 0)
            problem("admin", "listen", "is the same as [gateway] listen.");
    }

    void make_rules()
    {
        std::vector<gateway::Rule> rules;
        for (auto& [rule, origin, has_path, has_when_stale] : written_) {
            if (!has_path) problems_.push_back(origin + ": [[rule]] path is needed.");
            if (!has_when_stale) rule.when_stale = config_.when_stale;
            rules.push_back(rule);
        }
        if (!problems_.empty()) return;
        auto const said = [&](gateway::RuleFault const& fault) {
            return fmt::format("{}: [[rule]] {}", written_.at(fault.index).origin, fault.sentence);
        };
        for (auto const& warning : gateway::Rules::warnings(rules)) warnings_.push_back(said(warning));
        auto made = gateway::Rules::make(std::move(rules), config_.when_stale);
        if (!made) {
            std::ranges::transform(made.error(), std::back_inserter(problems_), said);
            return;
        }
        rules_ = *std::move(made);
    }

    void read_credential()
    {
        auto const folder     = find_variable("CREDENTIALS_DIRECTORY").value_or("");
        bool const by_systemd = !folder.empty() && fs::path{config_.credential_file}.parent_path() == fs::path{folder};
        auto const content    = read_secret_file("the verifier's credential", config_.credential_file,
                                              by_systemd ? Readers::as_it_came : Readers::nobody);
        if (!content) return problem("tokens", "credential_file", "cannot be used: " + content.error());
        auto text = content->reveal();
        if (text.ends_with('\n')) text.remove_suffix(1);
        if (!is_credential(text))
            return problem("tokens", "credential_file",
                           "holds no credential: one line, as `signet verifier add` prints it.");
        credential_ = SecretString{text};
    }

    void problem(std::string_view section, std::string_view key, std::string_view what)
    {
        auto const origin = origins_.find(fmt::format("{} {}", section, key));
        problems_.push_back(
            fmt::format("{}: [{}] {} {}", origin == origins_.end() ? path_ : origin->second, section, key, what));
    }

    std::string                        path_;
    GatewayConfig                      config_;
    std::map<std::string, std::string> origins_;  // of what the file says: "gateway listen" to "gateway.toml:7"
    std::vector<WrittenRule>           written_;
    std::optional<gateway::Rules>      rules_;
    SecretString                       credential_;
    Problems                           problems_;
    Problems                           warnings_;
};

}  // namespace

std::expected<LoadedGateway, Problems> load_gateway_config(std::string const& path)
{
    Loading loading(path);
    loading.read_file();
    return loading.finish();
}

}  // namespace signet::cli
