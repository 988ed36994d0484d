// cli/consent.hpp - a yes from the operator before what cannot be taken back.
#pragma once
#include <string_view>

#include "cli/administration.hpp"

namespace signet::cli {

enum class Consent { ask, given };  // given: --yes

// Says `meaning` on standard error and asks for a yes at the terminal, unless it was given. kDone: yes. Complains when
// it refuses: the answer was another, or there is no terminal to ask at.
[[nodiscard]] Exit require_consent(AdminOptions const& options, Consent consent, std::string_view meaning);

}  // namespace signet::cli
