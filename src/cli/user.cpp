#include "cli/user.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <iostream>

#include "base/json.hpp"
#include "cli/password_input.hpp"
#include "cli/refusals.hpp"
#include "core/accounts.hpp"
#include "core/signup.hpp"

namespace signet::cli {
namespace {

constexpr std::size_t kPage = 500;

std::string joined(std::vector<std::string> const& words)
{
    return fmt::format("{}", fmt::join(words, ","));
}

std::string date(TimePoint at)
{
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(unix_seconds(at))));
}

json::Object described(core::User const& user)
{
    json::Object out;
    out.set("id", user.id.text())
        .set("email", user.email.text())
        .set("name", user.name)
        .set("roles", std::span<std::string const>{user.roles})
        .set("created_at", unix_seconds(user.created_at))
        .set("disabled", user.disabled_at.has_value());
    return out;
}

std::expected<SecretString, Exit> password_of(UserOptions const& options)
{
    auto password = options.password_stdin ? read_password(std::cin) : ask_password();
    if (password) return std::move(*password);
    return std::unexpected(refuse(options.admin, "invalid_request", password.error(), kUsage));
}

// Says what was done, or why not.
Exit report(UserOptions const& options, core::Result<core::User> const& outcome, std::string_view done)
{
    if (!outcome) return refuse(options.admin, outcome.error(), options.email);
    if (options.admin.json)
        fmt::print("{}\n", described(*outcome).text());
    else
        fmt::print("{} {}.\n", done, outcome->email.text());
    return kDone;
}

using AccountDeed = core::Result<core::User> (*)(core::Ports const&, std::string_view);

Exit change(UserOptions const& options, AccountDeed deed, std::string_view done)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    return report(options, deed((*instance)->ports(), options.email), done);
}

void print_row(core::User const& user, bool as_json)
{
    if (as_json) {
        fmt::print("{}\n", described(user).text());
        return;
    }
    fmt::print("{:<34} {:<10} {:<9} {:<20} {}\n", user.email.text(), date(user.created_at),
               user.disabled_at ? "disabled" : "active", user.roles.empty() ? "-" : joined(user.roles), user.name);
}

}  // namespace

Exit add_user(UserOptions const& options)
{
    auto password = password_of(options);
    if (!password) return password.error();
    auto const instance = open_instance(options.admin, NoData::begin);
    if (!instance) return instance.error();
    core::NewAccount const account{.email    = options.email,
                                   .name     = options.name,
                                   .password = std::move(*password),
                                   .roles    = options.roles,
                                   .origin   = {}};
    return report(options, core::signup((*instance)->ports(), account), "Added");
}

Exit list_users(UserOptions const& options)
{
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    auto& users = (*instance)->ports().users;
    if (!options.admin.json)
        fmt::print("{:<34} {:<10} {:<9} {:<20} {}\n", "E-MAIL", "CREATED", "STATE", "ROLES", "NAME");

    std::string after;
    for (std::size_t taken = kPage; taken == kPage;) {
        auto const page = users.list_users(after, kPage);
        if (!page) return refuse(options.admin, page.error(), "the list");
        for (auto const& user : *page) print_row(user, options.admin.json);
        taken = page->size();
        if (taken > 0) after = page->back().email.key();
    }
    return kDone;
}

Exit disable_user(UserOptions const& options)
{
    return change(options, core::disable_user, "Disabled, and signed out everywhere:");
}

Exit enable_user(UserOptions const& options)
{
    return change(options, core::enable_user, "Enabled");
}

Exit set_password(UserOptions const& options)
{
    auto const password = password_of(options);
    if (!password) return password.error();
    auto const instance = open_instance(options.admin);
    if (!instance) return instance.error();
    return report(options, core::set_password((*instance)->ports(), options.email, *password),
                  "Password set, and signed out everywhere:");
}

}  // namespace signet::cli
