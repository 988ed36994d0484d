#include "cli/user_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>

#include "base/json.hpp"
#include "cli/refusals.hpp"

namespace signet::cli {
namespace {

constexpr json::Limits kLineLimits{.bytes = 64UL * 1024, .depth = 4, .members = 16};
constexpr auto kMembers = std::to_array<std::string_view>({"email", "name", "password_hash", "roles", "disabled"});

using Parsed = std::expected<core::ImportedAccount, LineRefusal>;

std::unexpected<LineRefusal> refuse(std::string code, std::string detail)
{
    return std::unexpected(LineRefusal{std::move(code), std::move(detail)});
}

// A typing error in "disabled" must not let someone in: members are known or the line is refused.
std::optional<std::string> find_unknown_member(json::Value const& object)
{
    std::optional<std::string> unknown;
    object.for_each_member([&](std::string_view member, json::Value) {
        if (std::ranges::find(kMembers, member) == kMembers.end()) unknown = member;
        return !unknown;
    });
    return unknown;
}

// Puts the member in its place when it is there; false when it has another type.
bool read(std::optional<json::Value> const& member, std::string& place)
{
    if (!member) return true;
    auto const text = member->string();
    if (text) place = *text;
    return text.has_value();
}

bool read(std::optional<json::Value> const& member, bool& place)
{
    if (!member) return true;
    auto const truth = member->boolean();
    if (truth) place = *truth;
    return truth.has_value();
}

bool read(std::optional<json::Value> const& member, std::vector<std::string>& place)
{
    if (!member) return true;
    return member->kind() == json::Kind::array && member->for_each_item([&](json::Value item) {
        auto const text = item.string();
        if (text) place.emplace_back(*text);
        return text.has_value();
    });
}

struct Tally {
    std::size_t imported = 0;
    std::size_t refused  = 0;
};

void report(std::size_t number, LineRefusal const& refusal, bool as_json)
{
    if (!as_json) {
        fmt::print(stderr, "line {}: {}: {}\n", number, refusal.code, refusal.detail);
        return;
    }
    json::Object out;
    out.set("line", static_cast<std::int64_t>(number)).set("error", refusal.code).set("detail", refusal.detail);
    fmt::print("{}\n", out.text());
}

void report(Tally const& tally, bool as_json)
{
    json::Object out;
    out.set("imported", static_cast<std::int64_t>(tally.imported))
        .set("refused", static_cast<std::int64_t>(tally.refused));
    if (as_json)
        fmt::print("{}\n", out.text());
    else
        fmt::print("Imported {}, refused {}.\n", tally.imported, tally.refused);
}

std::expected<void, core::Error> import_line(core::Ports const& ports, std::string_view line, LineRefusal& refusal)
{
    auto const account = parse_import_line(line);
    if (!account) {
        refusal = account.error();
        return {};
    }
    auto const user = core::import_user(ports, *account);
    if (user) return {};
    refusal = {std::string{core::name(user.error().code)}, sentence(user.error(), account->email)};
    // Nothing is known about the line when storage fails: stop rather than refuse the rest of the file.
    if (user.error().code == core::Errc::unavailable) return std::unexpected(user.error());
    return {};
}

bool is_blank(std::string_view line)
{
    return line.find_first_not_of(" \t\r") == line.npos;
}

Exit stop_at(std::size_t line, Tally const& tally, bool as_json)
{
    report(tally, as_json);
    complain(fmt::format("Stopped at line {}. The lines before it are done; import the file again to go on.", line));
    return kUnavailable;
}

Exit import_all(core::Ports const& ports, std::istream& input, bool as_json)
{
    Tally       tally;
    std::string line;
    std::size_t number = 1;
    for (; std::getline(input, line); ++number) {
        if (is_blank(line)) continue;
        LineRefusal refusal;
        auto const  done = import_line(ports, line, refusal);
        if (refusal.code.empty()) {
            ++tally.imported;
            continue;
        }
        ++tally.refused;
        report(number, refusal, as_json);
        if (done) continue;
        return stop_at(number, tally, as_json);
    }
    // The end of what can be read is not the end of the file.
    if (input.bad()) return stop_at(number, tally, as_json);
    report(tally, as_json);
    return tally.refused == 0 ? kDone : kRefused;
}

}  // namespace

Parsed parse_import_line(std::string_view line)
{
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto const object = json::parse_object(line, kLineLimits);
    if (!object)
        return refuse(
            object.error() == json::Fault::malformed ? "malformed_json" : std::string{json::name(object.error())},
            "The line is not one JSON object.");
    if (auto const unknown = find_unknown_member(*object))
        return refuse("unknown_member",
                      fmt::format("\"{}\" is none of email, name, password_hash, roles, disabled.", *unknown));

    core::ImportedAccount account;
    if (!object->find("email")) return refuse("missing_member", "\"email\" is missing.");
    if (!object->find("password_hash")) return refuse("missing_member", "\"password_hash\" is missing.");
    if (!read(object->find("email"), account.email)) return refuse("wrong_type", "\"email\" must be a string.");
    if (!read(object->find("name"), account.name)) return refuse("wrong_type", "\"name\" must be a string.");
    if (!read(object->find("password_hash"), account.password.text))
        return refuse("wrong_type", "\"password_hash\" must be a string.");
    if (!read(object->find("roles"), account.roles))
        return refuse("wrong_type", "\"roles\" must be a list of strings.");
    if (!read(object->find("disabled"), account.disabled))
        return refuse("wrong_type", "\"disabled\" must be true or false.");
    return account;
}

Exit import_users(ImportOptions const& options)
{
    std::ifstream file;
    if (options.file != "-") file.open(options.file);
    if (options.file != "-" && !file)
        return refuse(options.admin, "invalid_request",
                      fmt::format("{} cannot be read. Check the path and its permissions.", options.file), kUsage);
    auto const instance = open_instance(options.admin, NoData::begin);
    if (!instance) return instance.error();
    return import_all((*instance)->ports(), options.file == "-" ? std::cin : file, options.admin.json);
}

}  // namespace signet::cli
