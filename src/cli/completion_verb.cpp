// The verb `completion`: CLI11's own tree of verbs and options, turned into plain data.
#include <fmt/format.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <sstream>

#include "cli/completion.hpp"
#include "cli/verbs.hpp"

namespace signet::cli {
namespace {

constexpr auto kCompletionFooter = R"(
The Debian package has installed all three.

Examples:
  source <(signet completion bash)
  signet completion zsh > "${fpath[1]}/_signet"
  signet completion fish > ~/.config/fish/completions/signet.fish)";

Argument described(CLI::Option const& option)
{
    Argument out{.names = {}, .what = option.get_description(), .value = {}, .choices = {}};
    for (auto const& name : option.get_snames()) out.names.push_back("-" + name);
    for (auto const& name : option.get_lnames()) out.names.push_back("--" + name);
    if (option.get_items_expected_max() == 0) return out;
    out.repeats = option.get_items_expected_max() > 1;

    // "FORM:{jwk,pem}": the validators describe themselves behind the name.
    auto const type = option.get_type_name();
    out.value       = type.substr(0, type.find(':'));
    auto const open = type.find('{');
    if (open == std::string::npos) return out;
    std::istringstream choices(type.substr(open + 1, type.find('}') - open - 1));
    for (std::string choice; std::getline(choices, choice, ',');) out.choices.push_back(choice);
    return out;
}

Verb described(CLI::App const& app)
{
    Verb out{.name = app.get_name(), .what = app.get_description(), .options = {}, .positionals = {}, .verbs = {}};
    for (auto const* option : app.get_options())
        (option->nonpositional() ? out.options : out.positionals).push_back(described(*option));
    for (auto const* below : app.get_subcommands([](CLI::App const*) { return true; })) {
        auto verb = described(*below);
        if (!verb.name.empty()) {
            out.verbs.push_back(std::move(verb));
            continue;
        }
        // A group of options.
        for (auto& option : verb.options) out.options.push_back(std::move(option));
    }
    return out;
}

Exit print_completion(CLI::App const& app, std::string const& shell)
{
    auto const script = completion_script(shell, described(app));
    if (!script) return kUsage;  // the command line takes no other
    fmt::print("{}", *script);
    return answered(kDone);
}

}  // namespace

void add_completion_verb(CLI::App& app, Chosen& chosen)
{
    auto  shell = std::make_shared<std::string>();
    auto* verb  = app.add_subcommand("completion", "Print what makes a shell complete command lines of signet");
    verb->add_option("shell", *shell, "bash, zsh, or fish")
        ->required()
        ->type_name("SHELL")
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    verb->footer(kCompletionFooter);
    verb->callback([&app, &chosen, shell] { chosen = [&app, shell] { return print_completion(app, *shell); }; });
}

}  // namespace signet::cli
