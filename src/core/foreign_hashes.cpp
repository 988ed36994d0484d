#include "core/foreign_hashes.hpp"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "core/argon2.hpp"
#include "core/password_hash_fields.hpp"

namespace signet::core {
namespace {

constexpr std::size_t kMinSaltBytes = 8;
constexpr std::size_t kMinHashBytes = 16;
constexpr std::size_t kMaxBytes     = 64;  // of salt and of hash

Result<void> unsupported(std::string why)
{
    return refused(Errc::unsupported_hash, std::move(why));
}

Result<void> check_sizes(std::size_t salt, std::size_t hash)
{
    if (salt < kMinSaltBytes) return unsupported("salt shorter than 8 bytes");
    if (hash < kMinHashBytes) return unsupported("hash shorter than 16 bytes");
    return {};
}

// ---- Argon2 ----

constexpr std::uint32_t kArgon2MaxMemoryKib = 128 * 1024;
constexpr std::uint64_t kArgon2MaxWork      = 1024 * 1024;  // KiB times iterations: about a second
constexpr std::uint32_t kArgon2MinMemoryKib = 7168;
constexpr std::uint64_t kArgon2MinWork      = 7168 * 5;  // OWASP's lowest: m=7168, t=5
constexpr std::uint32_t kArgon2MaxLanes     = 16;

Result<void> check_argon2(std::string_view text)
{
    auto const found = parse_argon2(text);
    if (!found) return unsupported("not an Argon2 PHC string of version 19");
    auto const work = std::uint64_t{found->memory_kib} * found->iterations;
    if (found->memory_kib < kArgon2MinMemoryKib || work < kArgon2MinWork) return unsupported("Argon2 too weak");
    if (found->memory_kib > kArgon2MaxMemoryKib || work > kArgon2MaxWork) return unsupported("Argon2 too costly");
    if (found->lanes < 1 || found->lanes > kArgon2MaxLanes) return unsupported("Argon2 with p outside 1 to 16");
    return check_sizes(found->salt.size(), found->hash.size());
}

// ---- bcrypt ----

constexpr std::size_t      kBcryptTextBytes = 60;
constexpr std::string_view kBcryptAlphabet  = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_bcrypt(std::string_view text)
{
    return text.starts_with("$2a$") || text.starts_with("$2b$") || text.starts_with("$2y$");
}

Result<void> check_bcrypt(std::string_view text)
{
    if (text.size() != kBcryptTextBytes || text[6] != '$' ||
        text.find_first_not_of(kBcryptAlphabet, 7) != std::string_view::npos)
        return unsupported("not a bcrypt text");
    auto const cost = text.substr(4, 2);
    if (cost.find_first_not_of("0123456789") != std::string_view::npos) return unsupported("not a bcrypt text");
    if (cost < "10") return unsupported("bcrypt with a cost below 10");
    if (cost > "14") return unsupported("bcrypt with a cost above 14");
    return {};
}

// NB: bcrypt itself knows 72 bytes of a password and ends at a NUL. The first is kept, since that is what the hash was
// made of; the second never matches. Both end at the rehash after the first sign-in.
Result<bool> bcrypt_matches(SecretString const& password, std::string const& expected)
{
    auto const        state = std::make_unique<crypt_data>();
    std::string       terminated{password.reveal()};
    // crypt_rn() and not crypt_r(): AddressSanitizer offers the latter itself, and the linker then leaves libcrypt out.
    char const* const made  = crypt_rn(terminated.c_str(), expected.c_str(), state.get(), sizeof(crypt_data));
    bool const        equal = made != nullptr && std::string_view{made}.size() == expected.size() &&
                       CRYPTO_memcmp(made, expected.data(), expected.size()) == 0;
    OPENSSL_cleanse(terminated.data(), terminated.size());
    OPENSSL_cleanse(state.get(), sizeof(crypt_data));
    return equal && password.reveal().find('\0') == std::string_view::npos;
}

// ---- scrypt ----

struct Scrypt {
    std::uint32_t log_n;
    std::uint32_t r;
    std::uint32_t p;
    std::string   salt;
    std::string   hash;

    [[nodiscard]] std::uint64_t memory() const { return std::uint64_t{128} * r << log_n; }
};

constexpr std::uint64_t kScryptMinWork   = std::uint64_t{1} << 17;  // N·r·p of N=2^14, r=8, p=1
constexpr std::uint64_t kScryptMaxWork   = std::uint64_t{1} << 21;
constexpr std::uint64_t kScryptMaxMemory = std::uint64_t{128} << 20;

// "$scrypt$ln=15,r=8,p=1$<salt>$<hash>"
std::optional<Scrypt> parse_scrypt(std::string_view text)
{
    auto const fields = split_fields(text, '$');
    if (fields.size() != 5) return std::nullopt;
    auto const parameters = split_fields(fields[2], ',');
    if (parameters.size() != 3) return std::nullopt;
    auto const log_n = parse_parameter(parameters[0], "ln");
    auto const r     = parse_parameter(parameters[1], "r");
    auto const p     = parse_parameter(parameters[2], "p");
    auto       salt  = decode_base64(fields[3], Base64::unpadded, kMaxBytes);
    auto       hash  = decode_base64(fields[4], Base64::unpadded, kMaxBytes);
    if (!log_n || !r || !p || !salt || !hash) return std::nullopt;
    return Scrypt{*log_n, *r, *p, *std::move(salt), *std::move(hash)};
}

Result<void> check_scrypt(std::string_view text)
{
    auto const found = parse_scrypt(text);
    if (!found) return unsupported("not an scrypt PHC string");
    // Bounds on each keep the products below from overflowing.
    if (found->log_n < 1 || found->log_n > 20 || found->r < 1 || found->r > 32 || found->p < 1 || found->p > 16)
        return unsupported("scrypt parameters out of range");
    auto const work = (std::uint64_t{found->r} * found->p) << found->log_n;
    if (work < kScryptMinWork) return unsupported("scrypt too weak");
    if (work > kScryptMaxWork || found->memory() > kScryptMaxMemory) return unsupported("scrypt too costly");
    return check_sizes(found->salt.size(), found->hash.size());
}

Result<bool> scrypt_matches(SecretString const& password, std::string const& expected)
{
    auto const found = parse_scrypt(expected);
    if (!found) return refused(Errc::unavailable, "a stored scrypt hash cannot be read");
    std::array<std::uint8_t, kMaxBytes> made{};
    auto const                          size = found->hash.size();
    if (EVP_PBE_scrypt(password.reveal().data(), password.size(),
                       reinterpret_cast<std::uint8_t const*>(found->salt.data()), found->salt.size(),
                       std::uint64_t{1} << found->log_n, found->r, found->p, 2 * kScryptMaxMemory, made.data(),
                       size) != 1)
        return std::unexpected(Error{Errc::busy, "no memory for an scrypt hash", std::chrono::seconds{1}});
    return CRYPTO_memcmp(made.data(), found->hash.data(), size) == 0;
}

// ---- PBKDF2 ----

struct Pbkdf2 {
    EVP_MD const* digest;
    std::uint32_t rounds;
    std::string   salt;
    std::string   hash;
};

// OWASP Password Storage Cheat Sheet, CHECKS C5.
constexpr std::uint32_t    kMinRoundsSha256 = 600'000;
constexpr std::uint32_t    kMinRoundsSha512 = 210'000;
constexpr std::uint32_t    kPbkdf2MaxRounds = 5'000'000;
constexpr std::string_view kDjangoPrefix    = "pbkdf2_sha256$";

// passlib: "$pbkdf2-sha256$<rounds>$<salt>$<hash>"
std::optional<Pbkdf2> parse_passlib_pbkdf2(std::string_view text)
{
    auto const fields = split_fields(text, '$');
    if (fields.size() != 5) return std::nullopt;
    auto const rounds = parse_decimal(fields[2]);
    auto       salt   = decode_base64(fields[3], Base64::dotted_unpadded, kMaxBytes);
    auto       hash   = decode_base64(fields[4], Base64::dotted_unpadded, kMaxBytes);
    if (!rounds || !salt || !hash) return std::nullopt;
    auto const* const digest = fields[1] == "pbkdf2-sha512" ? EVP_sha512() : EVP_sha256();
    return Pbkdf2{digest, *rounds, *std::move(salt), *std::move(hash)};
}

// Django: "pbkdf2_sha256$<rounds>$<salt as it is>$<hash>"
std::optional<Pbkdf2> parse_django_pbkdf2(std::string_view text)
{
    auto const fields = split_fields(text, '$');
    if (fields.size() != 4 || fields[2].size() > kMaxBytes) return std::nullopt;
    auto const rounds = parse_decimal(fields[1]);
    auto       hash   = decode_base64(fields[3], Base64::padded, kMaxBytes);
    if (!rounds || !hash) return std::nullopt;
    return Pbkdf2{EVP_sha256(), *rounds, std::string{fields[2]}, *std::move(hash)};
}

std::optional<Pbkdf2> parse_pbkdf2(std::string_view text)
{
    return text.starts_with(kDjangoPrefix) ? parse_django_pbkdf2(text) : parse_passlib_pbkdf2(text);
}

Result<void> check_pbkdf2(std::string_view text)
{
    auto const found = parse_pbkdf2(text);
    if (!found) return unsupported("not a PBKDF2 text");
    auto const least = found->digest == EVP_sha512() ? kMinRoundsSha512 : kMinRoundsSha256;
    if (found->rounds < least) return unsupported("PBKDF2 with fewer than " + std::to_string(least) + " rounds");
    if (found->rounds > kPbkdf2MaxRounds) return unsupported("PBKDF2 with more than 5000000 rounds");
    return check_sizes(found->salt.size(), found->hash.size());
}

Result<bool> pbkdf2_matches(SecretString const& password, std::string const& expected)
{
    auto const found = parse_pbkdf2(expected);
    if (!found) return refused(Errc::unavailable, "a stored PBKDF2 hash cannot be read");
    std::array<std::uint8_t, kMaxBytes> made{};
    auto const                          size = found->hash.size();
    if (PKCS5_PBKDF2_HMAC(password.reveal().data(), static_cast<int>(password.size()),
                          reinterpret_cast<std::uint8_t const*>(found->salt.data()),
                          static_cast<int>(found->salt.size()), static_cast<int>(found->rounds), found->digest,
                          static_cast<int>(size), made.data()) != 1)
        return refused(Errc::unavailable, "PBKDF2 failed");
    return CRYPTO_memcmp(made.data(), found->hash.data(), size) == 0;
}

// ---- The kinds ----

std::size_t argon2_memory(std::string_view text)
{
    return parse_argon2(text)
        .transform([](Argon2 const& argon2) { return std::size_t{argon2.memory_kib} * 1024; })
        .value_or(0);
}

std::size_t scrypt_memory(std::string_view text)
{
    return parse_scrypt(text).transform([](Scrypt const& scrypt) { return scrypt.memory(); }).value_or(0);
}

std::size_t next_to_none(std::string_view)
{
    return 0;
}

struct Kind {
    bool (*is)(std::string_view text);
    Result<void> (*check)(std::string_view text);
    std::size_t (*memory)(std::string_view text);
    Result<bool> (*matches)(SecretString const& password, std::string const& expected);
};

constexpr std::array kKinds{
    Kind{[](std::string_view text) { return text.starts_with("$argon2id$") || text.starts_with("$argon2i$"); },
         check_argon2, argon2_memory,
         [](SecretString const& password, std::string const& expected) {
             return argon2_matches(password, PasswordHash{expected});
         }},
    Kind{is_bcrypt, check_bcrypt, next_to_none, bcrypt_matches},
    Kind{[](std::string_view text) { return text.starts_with("$scrypt$"); }, check_scrypt, scrypt_memory,
         scrypt_matches},
    Kind{[](std::string_view text) {
             return text.starts_with("$pbkdf2-sha256$") || text.starts_with("$pbkdf2-sha512$") ||
                    text.starts_with(kDjangoPrefix);
         },
         check_pbkdf2, next_to_none, pbkdf2_matches},
};

Kind const* find_kind(PasswordHash const& hash)
{
    auto const* const found = std::ranges::find_if(kKinds, [&](Kind const& kind) { return kind.is(hash.text); });
    return found == kKinds.end() ? nullptr : found;
}

}  // namespace

Result<void> check_foreign_hash(PasswordHash const& hash)
{
    // A NUL would end the text early for the libraries that take C strings.
    if (hash.text.find('\0') != std::string::npos) return unsupported("NUL in the text");
    auto const* const kind = find_kind(hash);
    if (kind == nullptr) return unsupported("neither Argon2, bcrypt, scrypt, nor PBKDF2-SHA256 or -SHA512");
    return kind->check(hash.text);
}

std::size_t hash_memory_bytes(PasswordHash const& hash)
{
    auto const* const kind = find_kind(hash);
    return kind == nullptr ? 0 : kind->memory(hash.text);
}

bool is_foreign_hash(PasswordHash const& hash)
{
    return !hash.text.starts_with("$argon2id$");
}

Result<bool> foreign_hash_matches(SecretString const& password, PasswordHash const& hash)
{
    auto const* const kind = find_kind(hash);
    if (kind == nullptr) return refused(Errc::unavailable, "a stored password hash is of an unknown kind");
    return kind->matches(password, hash.text);
}

}  // namespace signet::core
