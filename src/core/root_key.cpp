#include "core/root_key.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>

namespace signet::core {

Digest hmac_sha256(std::span<std::uint8_t const> key, std::string_view message)
{
    Digest out{};
    auto   size = static_cast<unsigned>(out.size());
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<std::uint8_t const*>(message.data()), message.size(), out.data(), &size) == nullptr)
        throw std::runtime_error("HMAC-SHA256 failed");
    return out;
}

WipedDigest::~WipedDigest()
{
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

void RootKey::Free::operator()(std::uint8_t* bytes) const
{
    sodium_free(bytes);
}

RootKey::RootKey(std::span<std::uint8_t const, kBytes> random)
    : bytes_(static_cast<std::uint8_t*>(sodium_init() < 0 ? nullptr : sodium_malloc(kBytes)))
{
    if (!bytes_) throw std::bad_alloc();
    std::ranges::copy(random, bytes_.get());
}

RootKey RootKey::extract(std::span<std::uint8_t const> material)
{
    constexpr Digest  kNoSalt{};  // RFC 5869 2.2: a string of HashLen zeros
    WipedDigest const extracted{
        hmac_sha256(kNoSalt, {reinterpret_cast<char const*>(material.data()), material.size()})};
    return RootKey{extracted.bytes};
}

// RFC 5869 2.3 with L = 32, so one block: T(1) = HMAC(PRK, info ‖ 0x01).
WipedDigest RootKey::derive(std::string_view purpose) const
{
    return {hmac_sha256(reveal(), std::string{purpose} + '\x01')};
}

std::span<std::uint8_t const, RootKey::kBytes> RootKey::reveal() const
{
    return std::span<std::uint8_t const, kBytes>{bytes_.get(), kBytes};
}

}  // namespace signet::core
