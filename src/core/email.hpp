// core/email.hpp - an e-mail address that has been looked at.
#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace signet::core {

// ASCII, at most 254 bytes, one '@', a dotted domain or "localhost"; linear parsing, no regular
// expression (CHECKS E13). Spaces around it are dropped.
class Email {
public:
    // Errc::invalid_email.
    [[nodiscard]] static Result<Email> parse(std::string_view typed);

    [[nodiscard]] std::string const& text() const { return text_; }  // as typed, trimmed
    // Lower case: one account and one counter whatever the case (CHECKS C8).
    [[nodiscard]] std::string const& key() const { return key_; }

    bool operator==(Email const& other) const { return key_ == other.key_; }

private:
    Email() = default;
    std::string text_;
    std::string key_;
};

}  // namespace signet::core
