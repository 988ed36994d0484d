// cli/verbs.hpp - what the files that describe the command line have in common.
#pragma once
#include <CLI/App.hpp>
#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "cli/administration.hpp"
#include "cli/exit_codes.hpp"

namespace signet::cli {

// What to run once the whole line has been understood.
using Chosen = std::function<Exit()>;

// An answer that was not written, to a full disk or a closed pipe, was not given.
[[nodiscard]] Exit answered(Exit exit);

// A verb that takes --json says so there too when it meets what it cannot handle, such as a database that cannot be
// opened.
template <class Options>
Exit attempt(Exit (*run)(Options const&), Options const& options, AdminOptions const& admin)
{
    try {
        return run(options);
    } catch (std::exception const& error) {
        return refuse(admin, "unavailable", error.what(), kUnavailable);
    }
}

template <class Options>
Exit attempt(Exit (*run)(Options const&), Options const& options)
{
    if constexpr (std::same_as<Options, AdminOptions>)
        return attempt(run, options, options);
    else if constexpr (requires { options.admin; })
        return attempt(run, options, options.admin);
    else
        return run(options);
}

// CLI11 hands the parsed options to a callback; here it only notes which verb to run.
template <class Options>
void runs(CLI::App* verb, Chosen& chosen, std::shared_ptr<Options> options, Exit (*run)(Options const&))
{
    verb->callback([&chosen, options, run] { chosen = [options, run] { return answered(attempt(run, *options)); }; });
}

// An option or argument with a value. An empty one is refused: it is a variable that is not set, and would mean
// something else than what was meant.
template <class T>
CLI::Option* add_value(CLI::App* verb, std::string name, T& value, std::string what, std::string type)
{
    auto const given = [](std::string& text) { return text.empty() ? "the value is empty" : std::string{}; };
    return verb->add_option(std::move(name), value, std::move(what))
        ->check(CLI::Validator{given, ""})
        ->type_name(std::move(type));
}

// --data, --config, --json
void add_admin_options(CLI::App* verb, AdminOptions& options);

// audit list|follow|verify
void add_audit_verbs(CLI::App& app, Chosen& chosen);
// backup, restore
void add_backup_verbs(CLI::App& app, Chosen& chosen);
// verifier add|list|remove
void add_verifier_verbs(CLI::App& app, Chosen& chosen);
// revocations list|add
void add_revocation_verbs(CLI::App& app, Chosen& chosen);
// receiver add|list|remove
void add_receiver_verbs(CLI::App& app, Chosen& chosen);
// token decode|verify|sign
void add_token_verbs(CLI::App& app, Chosen& chosen);
// keys generate|thumbprint|convert
void add_key_file_verbs(CLI::App& keys, Chosen& chosen);
// completion; of everything that `app` has when it runs
void add_completion_verb(CLI::App& app, Chosen& chosen);

}  // namespace signet::cli
