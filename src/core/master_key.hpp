// core/master_key.hpp - the one secret outside the database, and what it opens.
//
// One purpose, one key (DESIGN 8): every key used is derived from the master key
// by HKDF-SHA256 (RFC 5869) with the purpose as info.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "core/result.hpp"

namespace signet::core {

// Wiped on destruction, left out of core dumps. Thread-safe once made.
class MasterKey {
public:
    static constexpr std::size_t kBytes = 32;

    // The content of the key file: 64 hexadecimal digits and a newline. Errc::wrong_master_key.
    [[nodiscard]] static Result<MasterKey> parse(SecretString const& file_content);
    [[nodiscard]] static SecretString      generate_file_content(Random& random);

    MasterKey(MasterKey&&) noexcept;
    MasterKey& operator=(MasterKey&&) noexcept;
    ~MasterKey();

    // HMAC-SHA256 of `message` under the key derived for `purpose`.
    [[nodiscard]] std::array<std::uint8_t, 32> mac(std::string_view purpose, std::string_view message) const;
    // Constant-time comparison with what mac() would give.
    [[nodiscard]] bool mac_matches(std::string_view purpose, std::string_view message, std::string_view tag) const;

    // AES-256-GCM: nonce ‖ ciphertext ‖ tag, under the sealing key, bound to `context`.
    [[nodiscard]] std::string          seal(SecretString const& plain, std::string_view context, Random& random) const;
    // Errc::wrong_master_key when it does not open.
    [[nodiscard]] Result<SecretString> open(std::string_view sealed, std::string_view context) const;

private:
    struct Keys;
    explicit MasterKey(std::unique_ptr<Keys> keys);
    std::unique_ptr<Keys> keys_;
};

}  // namespace signet::core
