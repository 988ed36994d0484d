// jose/secret_bytes.hpp - a short secret: content key, wrapping key, agreed secret.
#pragma once
#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string_view>

#include "base/random.hpp"

namespace jose::detail {

// At most 66 bytes, a P-521 coordinate. Wiped when destroyed or moved from.
class SecretBytes {
public:
    explicit SecretBytes(std::size_t size) : size_(size)
    {
        if (size > bytes_.size()) throw std::length_error("SecretBytes");
    }
    explicit SecretBytes(std::string_view text) : SecretBytes(text.size())
    {
        std::memcpy(bytes_.data(), text.data(), text.size());
    }
    [[nodiscard]] static SecretBytes random(std::size_t size)
    {
        SecretBytes out{size};
        signet::SystemRandom{}.fill(std::span{out.data(), size});
        return out;
    }

    ~SecretBytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
    SecretBytes(SecretBytes const&)            = delete;
    SecretBytes& operator=(SecretBytes const&) = delete;
    SecretBytes(SecretBytes&& other) noexcept : bytes_(other.bytes_), size_(other.size_) { other.wipe(); }
    SecretBytes& operator=(SecretBytes&&) = delete;

    [[nodiscard]] unsigned char*       data() { return bytes_.data(); }
    [[nodiscard]] unsigned char const* data() const { return bytes_.data(); }
    [[nodiscard]] std::size_t          size() const { return size_; }
    [[nodiscard]] std::string_view     text() const { return {reinterpret_cast<char const*>(bytes_.data()), size_}; }

private:
    void wipe() noexcept
    {
        OPENSSL_cleanse(bytes_.data(), bytes_.size());
        size_ = 0;
    }

    std::array<unsigned char, 66> bytes_{};
    std::size_t                   size_;
};

}  // namespace jose::detail
