// cli/verifier.hpp - `signet verifier …`: who may read the revocation log.
#pragma once
#include <string>

#include "cli/administration.hpp"

namespace signet::cli {

struct VerifierOptions {
    AdminOptions admin;
    std::string  name;
};

// Prints the credential, once.
[[nodiscard]] Exit add_verifier(VerifierOptions const& options);
[[nodiscard]] Exit list_verifiers(VerifierOptions const& options);
[[nodiscard]] Exit remove_verifier(VerifierOptions const& options);

}  // namespace signet::cli
