// core/common_passwords.hpp - the block list: what guessers try first. CHECKS C4.
//
// From core/common_passwords.txt, embedded when the program is built.
#pragma once
#include <cstddef>
#include <string_view>

namespace signet::core {

// `lower_case` is the password with A-Z as a-z. Cost: a binary search.
[[nodiscard]] bool is_common_password(std::string_view lower_case);

[[nodiscard]] std::size_t count_common_passwords();

}  // namespace signet::core
