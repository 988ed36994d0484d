// verifier/c_options.hpp - the options of signet/signet_verifier.h, as those of verifier.hpp.
#pragma once
#include <expected>
#include <string>

#include "signet/signet_verifier.h"
#include "signet/verifier.hpp"

namespace signet {

// Why they mean nothing, in one sentence, or options that Verifier::start() is to judge.
[[nodiscard]] std::expected<VerifierOptions, std::string> read_c_options(signet_verifier_options const& untrusted);

}  // namespace signet
