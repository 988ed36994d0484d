// core/root_key.hpp - 32 secret bytes from which keys are derived, one for each purpose: HKDF-SHA256 (RFC 5869).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace signet::core {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest hmac_sha256(std::span<std::uint8_t const> key, std::string_view message);

// Secret bytes on the stack, for the length of one operation; then wiped.
struct WipedDigest {
    Digest bytes{};
    ~WipedDigest();
};

// In a page of its own: locked, guarded, left out of core dumps, wiped when freed. Thread-safe once made.
class RootKey {
public:
    static constexpr std::size_t kBytes = 32;

    // RFC 5869 3.3: bytes that are uniformly random need no HKDF-Extract. Throws std::bad_alloc.
    explicit RootKey(std::span<std::uint8_t const, kBytes> random);
    // RFC 5869 2.2: HKDF-Extract without salt.
    [[nodiscard]] static RootKey extract(std::span<std::uint8_t const> material);

    // The purpose is HKDF's info.
    [[nodiscard]] WipedDigest                           derive(std::string_view purpose) const;
    [[nodiscard]] std::span<std::uint8_t const, kBytes> reveal() const;

private:
    struct Free {
        void operator()(std::uint8_t* bytes) const;
    };
    std::unique_ptr<std::uint8_t, Free> bytes_;
};

}  // namespace signet::core
