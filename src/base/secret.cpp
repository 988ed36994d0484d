#include "base/secret.hpp"

#include <sodium.h>

#include <utility>

namespace signet {

SecretString::SecretString(SecretString&& other) noexcept : text_(std::move(other.text_))
{
    other.wipe();  // a moved std::string leaves short text behind
}

SecretString& SecretString::operator=(SecretString&& other) noexcept
{
    if (this == &other) return *this;
    wipe();
    text_ = std::move(other.text_);
    other.wipe();
    return *this;
}

void wipe_memory(void* memory, std::size_t bytes) noexcept
{
    sodium_memzero(memory, bytes);
}

void SecretString::wipe() noexcept
{
    text_.resize(text_.capacity());  // allocates nothing
    wipe_memory(text_.data(), text_.size());
    text_.clear();
}

}  // namespace signet
