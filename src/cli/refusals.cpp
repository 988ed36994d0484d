#include "cli/refusals.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "base/json.hpp"
#include "cli/terminal_text.hpp"

namespace signet::cli {
namespace {

std::string with_detail(std::string_view text, std::string_view detail)
{
    return detail.empty() ? fmt::format("{}.", text) : fmt::format("{}: {}.", text, detail);
}

}  // namespace

std::string sentence(core::Error const& error, std::string_view subject)
{
    using core::Errc;
    switch (error.code) {
        case Errc::email_taken:
            return fmt::format("There is already an account for {}.", subject);
        case Errc::name_taken:
            return fmt::format("There is already a verifier called {}.", subject);
        case Errc::not_found:
            return fmt::format("There is no account for {}.", subject);
        case Errc::invalid_email:
            return fmt::format("\"{}\" is not an e-mail address this server takes.", subject);
        case Errc::invalid_name:
            return "The name must be UTF-8 without control characters, at most 200 bytes.";
        case Errc::invalid_role:
            return with_detail("A role is 1 to 64 characters of a-z 0-9 _ . : -", error.detail);
        case Errc::password_too_short:
            return "The password is too short; a few words are best ([passwords] min_length).";
        case Errc::password_too_long:
            return "The password is longer than 1024 bytes.";
        case Errc::password_too_common:
            return "The password is among those that attackers try first; choose another.";
        case Errc::password_is_personal:
            return "The password contains the account's own name or address; choose another.";
        case Errc::unsupported_hash:
            return with_detail("This password hash is not accepted", error.detail);
        case Errc::unavailable:
            return with_detail("The database cannot be used right now", error.detail);
        default:
            return with_detail(fmt::format("Refused ({})", core::name(error.code)), error.detail);
    }
}

void print_refusal(std::string_view code, std::string_view sentence)
{
    json::Object out;
    out.set("error", code).set("error_description", sentence);
    fmt::print("{}\n", out.text());
}

void complain(std::string_view text)
{
    fmt::print(stderr, "signet: {}\n", for_terminal(text));
}

void complain(std::span<std::string const> sentences)
{
    for (auto const& text : sentences) complain(text);
}

}  // namespace signet::cli
