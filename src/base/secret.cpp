#include "base/secret.hpp"

#include <sodium.h>

namespace signet {

SecretString::SecretString(SecretString&& other) noexcept : text_(other.text_)
{
    // A copy, then a wipe: a moved std::string may leave short text behind.
    other.wipe();
}

SecretString& SecretString::operator=(SecretString&& other) noexcept
{
    if (this == &other) return *this;
    wipe();
    text_ = other.text_;
    other.wipe();
    return *this;
}

void SecretString::wipe() noexcept
{
    sodium_memzero(text_.data(), text_.size());
    text_.clear();
}

}  // namespace signet
