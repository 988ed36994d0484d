// base/secret.hpp - text that is wiped and cannot be printed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace signet {

// A password, key, or token on its way through the process.
//
// Wiped when it is destroyed or moved from. Not copyable. There is no
// operator<< and no formatter: whoever needs the bytes calls reveal(), and one
// grep finds them all.
class SecretString {
public:
    SecretString() = default;
    explicit SecretString(std::string_view text) : text_(text) {}
    ~SecretString() { wipe(); }

    SecretString(SecretString const&)            = delete;
    SecretString& operator=(SecretString const&) = delete;
    SecretString(SecretString&& other) noexcept;
    SecretString& operator=(SecretString&& other) noexcept;

    [[nodiscard]] std::string_view reveal() const { return text_; }
    [[nodiscard]] bool             empty() const { return text_.empty(); }
    [[nodiscard]] std::size_t      size() const { return text_.size(); }

private:
    void wipe() noexcept;

    std::string text_;
};

}  // namespace signet
