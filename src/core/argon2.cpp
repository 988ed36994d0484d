#include "core/argon2.hpp"

#include <sodium.h>

#include <array>
#include <string>

#include "core/password_hash_fields.hpp"

namespace signet::core {
namespace {

constexpr std::size_t kMaxBytes  = 64;  // of salt and of hash
constexpr std::size_t kSaltBytes = crypto_pwhash_SALTBYTES;
constexpr std::size_t kHashBytes = 32;

// NB: libsodium's crypto_pwhash_str_verify() says "wrong password" also when it got no memory. So our own hashes are
// made again and compared here, where the two can be told apart.
Result<bool> ours_matches(SecretString const& password, Argon2 const& expected)
{
    std::array<std::uint8_t, kHashBytes> made{};
    if (crypto_pwhash(made.data(), made.size(), password.reveal().data(), password.size(),
                      reinterpret_cast<std::uint8_t const*>(expected.salt.data()), expected.iterations,
                      std::size_t{expected.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return std::unexpected(Error{Errc::busy, "no memory for a password hash", std::chrono::seconds{1}});
    return sodium_memcmp(made.data(), expected.hash.data(), made.size()) == 0;
}

}  // namespace

bool Argon2::is_ours() const
{
    return is_id && lanes == 1 && salt.size() == kSaltBytes && hash.size() == kHashBytes;
}

std::optional<Argon2> parse_argon2(std::string_view text)
{
    auto const fields = split_fields(text, '$');
    if (fields.size() != 6 || !fields[0].empty()) return std::nullopt;
    if (fields[1] != "argon2id" && fields[1] != "argon2i") return std::nullopt;
    if (fields[2] != "v=19") return std::nullopt;

    auto const parameters = split_fields(fields[3], ',');
    if (parameters.size() != 3) return std::nullopt;
    auto const memory     = parse_parameter(parameters[0], "m");
    auto const iterations = parse_parameter(parameters[1], "t");
    auto const lanes      = parse_parameter(parameters[2], "p");
    auto       salt       = decode_base64(fields[4], Base64::unpadded, kMaxBytes);
    auto       hash       = decode_base64(fields[5], Base64::unpadded, kMaxBytes);
    if (!memory || !iterations || !lanes || !salt || !hash) return std::nullopt;
    return Argon2{.is_id      = fields[1] == "argon2id",
                  .memory_kib = *memory,
                  .iterations = *iterations,
                  .lanes      = *lanes,
                  .salt       = *std::move(salt),
                  .hash       = *std::move(hash)};
}

PasswordHash make_random_argon2(std::uint32_t memory_kib, std::uint32_t iterations)
{
    auto const random = [](std::size_t size) {
        constexpr int                        kVariant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
        std::array<std::uint8_t, kHashBytes> bytes{};
        randombytes_buf(bytes.data(), size);
        std::string text(sodium_base64_encoded_len(size, kVariant), '\0');
        sodium_bin2base64(text.data(), text.size(), bytes.data(), size, kVariant);
        text.pop_back();  // its NUL
        return text;
    };
    return {"$argon2id$v=19$m=" + std::to_string(memory_kib) + ",t=" + std::to_string(iterations) + ",p=1$" +
            random(kSaltBytes) + "$" + random(kHashBytes)};
}

Result<bool> argon2_matches(SecretString const& password, PasswordHash const& expected)
{
    auto const found = parse_argon2(expected.text);
    if (!found) return refused(Errc::unavailable, "a stored password hash cannot be read");
    if (found->is_ours()) return ours_matches(password, *found);
    return crypto_pwhash_str_verify(expected.text.c_str(), password.reveal().data(), password.size()) == 0;
}

}  // namespace signet::core
