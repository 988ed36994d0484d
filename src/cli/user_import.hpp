// cli/user_import.hpp - `signet user import`: accounts that come with their password hashes, one JSON object a line.
//
//     {"email":"ann@example.com","name":"Ann","password_hash":"$2b$12$…","roles":["viewer"],"disabled":false}
//
// Each line is taken whole, in one transaction, or refused with its number and the reason.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "cli/administration.hpp"
#include "core/accounts.hpp"

namespace signet::cli {

struct ImportOptions {
    AdminOptions admin;
    std::string  file;  // "-": standard input
};

[[nodiscard]] Exit import_users(ImportOptions const& options);

struct LineRefusal {
    std::string code;    // "malformed_json", "unknown_member", "email_taken", …
    std::string detail;  // a sentence
};

// What one line says, before core's rules look at it.
[[nodiscard]] std::expected<core::ImportedAccount, LineRefusal> parse_import_line(std::string_view line);

}  // namespace signet::cli
