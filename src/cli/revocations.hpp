// cli/revocations.hpp - `signet revocations …`: the revocation log, read and added to.
#pragma once
#include <string>

#include "cli/administration.hpp"

namespace signet::cli {

struct RevocationsOptions {
    AdminOptions admin;
    std::string  kind;
    std::string  subject;  // empty: of everything
    bool         yes = false;
};

// What is still in the log, and its head.
[[nodiscard]] Exit list_revocations(RevocationsOptions const& options);
// The last ten, and others as they are written, until it is stopped.
[[nodiscard]] Exit follow_revocations(RevocationsOptions const& options);
// Has refused from now on what it names.
[[nodiscard]] Exit add_revocation(RevocationsOptions const& options);

}  // namespace signet::cli
