#include "jose/jwe_algorithms.hpp"

#include <algorithm>

namespace jose {
namespace detail {
namespace {

using enum Transport;

// In the order of the enumerations.
constexpr std::array kKeyManagement{
    // clang-format off
    //               id                             name              kty    transport  wraps with        encrypts by                  decrypts by
    KeyManagementRow{KeyManagement::dir,            "dir",            "oct", direct,     0, nullptr,        {"encrypt", "encrypt"},      {"decrypt", "decrypt"}},
    KeyManagementRow{KeyManagement::a128kw,         "A128KW",         "oct", wrap,      16, "AES-128-WRAP", {"wrapKey", "wrapKey"},      {"unwrapKey", "unwrapKey"}},
    KeyManagementRow{KeyManagement::a256kw,         "A256KW",         "oct", wrap,      32, "AES-256-WRAP", {"wrapKey", "wrapKey"},      {"unwrapKey", "unwrapKey"}},
    KeyManagementRow{KeyManagement::ecdh_es,        "ECDH-ES",        "EC",  agreement,  0, nullptr,        {"deriveKey", "deriveBits"}, {"deriveKey", "deriveBits"}},
    KeyManagementRow{KeyManagement::ecdh_es_a128kw, "ECDH-ES+A128KW", "EC",  agreement, 16, "AES-128-WRAP", {"deriveKey", "deriveBits"}, {"deriveKey", "deriveBits"}},
    KeyManagementRow{KeyManagement::ecdh_es_a256kw, "ECDH-ES+A256KW", "EC",  agreement, 32, "AES-256-WRAP", {"deriveKey", "deriveBits"}, {"deriveKey", "deriveBits"}},
    KeyManagementRow{KeyManagement::rsa_oaep_256,   "RSA-OAEP-256",   "RSA", rsa,        0, nullptr,        {"wrapKey", "encrypt"},      {"unwrapKey", "decrypt"}},
    // clang-format on
};

constexpr std::array kContent{
    // clang-format off
    //         id                                name             cipher         MAC       key IV tag
    ContentRow{ContentEncryption::a128gcm,       "A128GCM",       "AES-128-GCM", nullptr,  16, 12, 16},
    ContentRow{ContentEncryption::a256gcm,       "A256GCM",       "AES-256-GCM", nullptr,  32, 12, 16},
    ContentRow{ContentEncryption::a128cbc_hs256, "A128CBC-HS256", "AES-128-CBC", "SHA256", 32, 16, 16},
    ContentRow{ContentEncryption::a256cbc_hs512, "A256CBC-HS512", "AES-256-CBC", "SHA512", 64, 16, 32},
    // clang-format on
};

constexpr std::array kCurves{
    CurveRow{"EC", "P-256", "prime256v1", 32},
    CurveRow{"EC", "P-384", "secp384r1", 48},
    CurveRow{"EC", "P-521", "secp521r1", 66},
    CurveRow{"OKP", "X25519", "X25519", 32},
};

template <class Rows, class Member>
auto const* find_in(Rows const& rows, std::string_view wanted, Member member)
{
    auto const row = std::ranges::find(rows, wanted, member);
    return row == rows.end() ? nullptr : &*row;
}

}  // namespace

KeyManagementRow const& row_of(KeyManagement algorithm)
{
    return kKeyManagement.at(static_cast<std::size_t>(algorithm));
}
ContentRow const& row_of(ContentEncryption encryption)
{
    return kContent.at(static_cast<std::size_t>(encryption));
}
KeyManagementRow const* find_key_management_row(std::string_view name)
{
    return find_in(kKeyManagement, name, &KeyManagementRow::name);
}
ContentRow const* find_content_row(std::string_view name)
{
    return find_in(kContent, name, &ContentRow::name);
}
CurveRow const* find_curve(std::string_view crv)
{
    return find_in(kCurves, crv, &CurveRow::crv);
}
bool is_content_key_size(std::size_t bytes)
{
    return std::ranges::find(kContent, bytes, &ContentRow::key_bytes) != kContent.end();
}

}  // namespace detail

std::string_view name(KeyManagement algorithm)
{
    return detail::row_of(algorithm).name;
}
std::string_view name(ContentEncryption encryption)
{
    return detail::row_of(encryption).name;
}

std::optional<KeyManagement> find_key_management(std::string_view name)
{
    auto const* row = detail::find_key_management_row(name);
    if (row == nullptr) return std::nullopt;
    return row->id;
}
std::optional<ContentEncryption> find_content_encryption(std::string_view name)
{
    auto const* row = detail::find_content_row(name);
    if (row == nullptr) return std::nullopt;
    return row->id;
}

}  // namespace jose
