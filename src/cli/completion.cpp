#include "cli/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>

namespace signet::cli {
namespace {

// ---- what the three have in common ----

std::string quoted(std::string_view text)
{
    std::string out = "'";
    for (char const c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

using Visit = std::function<void(std::string const& path, Verb const& verb)>;

void visit_all(Verb const& verb, std::string const& path, Visit const& visit)
{
    visit(path, verb);
    for (auto const& below : verb.verbs) visit_all(below, path + " " + below.name, visit);
}

// Every verb below the root: 'signet user' 'signet user add' …
std::vector<std::string> quoted_paths(Verb const& root)
{
    std::vector<std::string> out;
    visit_all(root, root.name, [&](std::string const& path, Verb const& verb) {
        if (&verb != &root) out.push_back(quoted(path));
    });
    return out;
}

std::vector<std::string> option_names(Verb const& verb)
{
    std::vector<std::string> out;
    for (auto const& option : verb.options) out.insert(out.end(), option.names.begin(), option.names.end());
    return out;
}

// ---- bash ----

constexpr auto kBashHead = R"(# Completion for bash, written by "signet completion bash".
_signet()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local path=signet kind='' options='' others='' i
    # --form=pem comes as three words.
    [ "$current" != = ] || current=''
    [ "$previous" != = ] || previous=${COMP_WORDS[COMP_CWORD - 2]}
    for ((i = 1; i < COMP_CWORD; ++i)); do
        case "$path ${COMP_WORDS[i]}" in
)";

constexpr auto kBashTail = R"(            esac
            case $current in -*) kind='' others=$options ;; esac
            ;;
    esac
    case $kind in
        file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames ;;
        folder) mapfile -t COMPREPLY < <(compgen -d -- "$current"); compopt -o filenames ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$others" -- "$current") ;;
    esac
}
complete -F _signet signet
)";

std::string bash_value(Argument const& argument)
{
    if (!argument.choices.empty())
        return fmt::format("others={}", quoted(fmt::format("{}", fmt::join(argument.choices, " "))));
    if (argument.value == "FILE") return "kind=file";
    if (argument.value == "DIR") return "kind=folder";
    return "return";
}

std::string bash_verb(Verb const& verb)
{
    auto const               options = quoted(fmt::format("{}", fmt::join(option_names(verb), " ")));
    std::vector<std::string> names;
    for (auto const& below : verb.verbs) names.push_back(below.name);
    auto others = fmt::format("others={}", quoted(fmt::format("{}", fmt::join(names, " "))));
    if (names.empty()) others = verb.positionals.empty() ? "others=$options" : bash_value(verb.positionals.front());
    // An argument that cannot be guessed leaves the options to be found with a dash.
    return fmt::format("options={} {}", options, others == "return" ? "" : others);
}

std::string bash_script(Verb const& root)
{
    auto out = fmt::format("{}            {}) path+=\" ${{COMP_WORDS[i]}}\" ;;\n        esac\n    done\n", kBashHead,
                           fmt::join(quoted_paths(root), " | "));
    std::map<std::string, std::vector<std::string>> after;  // what to do, after which options
    visit_all(root, root.name, [&](std::string const& path, Verb const& verb) {
        for (auto const& option : verb.options)
            for (auto const& name : option.names)
                if (!option.value.empty()) after[bash_value(option)].push_back(quoted(path + " " + name));
    });
    out += "    case \"$path $previous\" in\n";
    for (auto const& [deed, where] : after) out += fmt::format("        {}) {} ;;\n", fmt::join(where, " | "), deed);
    out += "        *)\n            case $path in\n";
    visit_all(root, root.name, [&](std::string const& path, Verb const& verb) {
        out += fmt::format("                {}) {} ;;\n", quoted(path), bash_verb(verb));
    });
    return out + kBashTail;
}

// ---- zsh ----

// In [brackets] of _arguments.
std::string zsh_text(std::string_view text)
{
    std::string out;
    for (char const c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_value(Argument const& argument)
{
    if (argument.value.empty()) return "";
    if (!argument.choices.empty()) return fmt::format(":{}:({})", argument.value, fmt::join(argument.choices, " "));
    if (argument.value == "FILE") return ":FILE:_files";
    if (argument.value == "DIR") return ":DIR:_files -/";
    return fmt::format(":{}: ", zsh_text(argument.value));
}

// Every spelling of an option, and every argument without one.
std::string zsh_arguments(Verb const& verb)
{
    std::string out;
    auto const  add = [&out](std::string const& text) { out += " \\\n        " + quoted(text); };
    for (auto const& option : verb.options) {
        for (auto const& name : option.names) {
            // --form pem and --form=pem
            bool const both = !option.value.empty() && name.starts_with("--");
            add(fmt::format("{}{}{}[{}]{}", option.repeats ? "*" : "", name, both ? "=" : "", zsh_text(option.what),
                            zsh_value(option)));
        }
    }
    for (std::size_t i = 0; i < verb.positionals.size(); ++i) {
        auto value = zsh_value(verb.positionals[i]);
        // In the place of an argument that cannot be guessed there may be an option.
        if (value.ends_with(": "))
            value = value.substr(0, value.size() - 1) + fmt::format(R"(_guard "^-*" {})", verb.positionals[i].value);
        add(fmt::format("{}{}", i + 1, value));
    }
    return out;
}

std::string zsh_name(std::string path)
{
    std::ranges::replace_if(path, [](char c) { return c == ' ' || c == '-'; }, '_');
    return "_" + path;
}

std::string zsh_function(std::string const& path, Verb const& verb)
{
    auto const out =
        fmt::format("{}() {{\n    local context state state_descr line\n    typeset -A opt_args\n    _arguments -C{}",
                    zsh_name(path), zsh_arguments(verb));
    if (verb.verbs.empty()) return out + "\n}\n";

    std::string choices;
    std::string calls;
    for (auto const& below : verb.verbs) {
        choices += " " + quoted(below.name + ":" + below.what);
        calls += fmt::format("            {}) {} ;;\n", below.name, zsh_name(path + " " + below.name));
    }
    return fmt::format(
        "{} \\\n        '1:verb:->verb' '*::argument:->rest'\n    case $state in\n"
        "        verb)\n            local -a verbs=({} )\n            _describe verb verbs\n            ;;\n"
        "        rest) case $line[1] in\n{}            esac\n            ;;\n    esac\n}}\n",
        out, choices, calls);
}

std::string zsh_script(Verb const& root)
{
    std::string out = "#compdef signet\n# Completion for zsh, written by \"signet completion zsh\".\n";
    visit_all(root, root.name, [&](std::string const& path, Verb const& verb) { out += zsh_function(path, verb); });
    return out +
           "# Found in $fpath it is the function's body; read by hand it announces itself.\n"
           "if [ \"$funcstack[1]\" = _signet ]; then _signet \"$@\"; else compdef _signet signet; fi\n";
}

// ---- fish ----

std::string fish_quoted(std::string_view text)
{
    std::string out = "'";
    for (char const c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string fish_value(Argument const& argument)
{
    if (argument.value.empty()) return "";
    if (!argument.choices.empty())
        return fmt::format(" -x -a {}", fish_quoted(fmt::format("{}", fmt::join(argument.choices, " "))));
    if (argument.value == "FILE") return " -r -F";
    if (argument.value == "DIR") return " -x -a '(__fish_complete_directories)'";
    return " -x";
}

std::string fish_verb(std::string const& path, Verb const& verb)
{
    auto const  start = fmt::format("complete -c signet -n {}", fish_quoted("__signet_at " + path));
    std::string out;
    for (auto const& below : verb.verbs)
        out += fmt::format("{} -a {} -d {}\n", start, below.name, fish_quoted(below.what));
    for (auto const& option : verb.options) {
        std::string names;
        for (auto const& name : option.names)
            names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        out += fmt::format("{}{}{} -d {}\n", start, names, fish_value(option), fish_quoted(option.what));
    }
    for (auto const& positional : verb.positionals) {
        auto const value = positional.value == "FILE" ? " -F" : fish_value(positional);
        if (positional.value == "FILE" || !positional.choices.empty()) out += start + value + "\n";
    }
    return out;
}

std::string fish_script(Verb const& root)
{
    auto out = fmt::format(
        "# Completion for fish, written by \"signet completion fish\".\n"
        "function __signet_at --description 'Whether the words so far lead to this verb'\n"
        "    set -l path signet\n    for word in (commandline -opc)[2..]\n"
        "        if contains -- \"$path $word\" {}\n            set path \"$path $word\"\n        end\n    end\n"
        "    test \"$path\" = \"$argv\"\nend\ncomplete -c signet -f\n",
        fmt::join(quoted_paths(root), " "));
    visit_all(root, root.name, [&](std::string const& path, Verb const& verb) { out += fish_verb(path, verb); });
    return out;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell, Verb const& root)
{
    if (shell == "bash") return bash_script(root);
    if (shell == "zsh") return zsh_script(root);
    if (shell == "fish") return fish_script(root);
    return std::nullopt;
}

}  // namespace signet::cli
