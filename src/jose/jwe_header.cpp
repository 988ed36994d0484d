#include "jose/jwe_header.hpp"

#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "jose/base64url_into.hpp"
#include "jose/header.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

using signet::json::Kind;
using signet::json::Value;

Result<std::string> read_text(Value const& header, std::string_view name)
{
    auto const value = header.find(name);
    if (!value) return std::string{};
    auto const text = value->string();
    if (!text) return refuse(Errc::malformed_header, std::string(name) + " is not a string");
    return std::string(*text);
}

// RFC 7518 4.6.1.2: "a base64url-encoded string".
Result<std::string> read_party(Value const& header, std::string_view name)
{
    auto const  text = TRY(read_text(header, name));
    std::string out;
    if (!base64url::decode_into(out, text))
        return refuse(Errc::malformed_header, std::string(name) + " is not base64url");
    return out;
}

// RFC 7516 4.1.13: as in a JWS, and none is supported. A "zip" changes what the
// plaintext is, and lets a short text become a huge one (CHECKS A29).
Result<void> refuse_critical(Value const& header)
{
    for (std::string_view const name : {"crit", "b64", "zip"})
        if (header.find(name)) return refuse(Errc::unsupported_critical, std::string(name));
    return {};
}

Result<KeyManagementRow const*> read_algorithm(Value const& header)
{
    auto const value = header.find("alg");
    auto const text  = value ? value->string() : std::nullopt;
    if (!text) return refuse(Errc::algorithm_not_allowed, "alg is missing or not a string");
    auto const* row = find_key_management_row(*text);
    if (row == nullptr) return refuse(Errc::algorithm_not_allowed, "alg " + excerpt(*text));
    return row;
}

Result<ContentRow const*> read_encryption(Value const& header)
{
    auto const value = header.find("enc");
    auto const text  = value ? value->string() : std::nullopt;
    if (!text) return refuse(Errc::encryption_not_allowed, "enc is missing or not a string");
    auto const* row = find_content_row(*text);
    if (row == nullptr) return refuse(Errc::encryption_not_allowed, "enc " + excerpt(*text));
    return row;
}

// RFC 7518 4.6.1.1: a public key, and nothing but one.
Result<Jwk> read_ephemeral(Value const& header)
{
    auto const value = header.find("epk");
    if (!value || value->kind() != Kind::object) return refuse(Errc::malformed_header, "epk is missing or no object");
    auto jwk = read_jwk(*value);
    if (!jwk) return refuse(Errc::malformed_header, "epk: " + jwk.error().detail);
    if (jwk->has("d")) return refuse(Errc::malformed_header, "epk: a private key");
    return std::move(*jwk);
}

}  // namespace

Result<JweParts> split_jwe(std::string_view text, std::size_t max_bytes)
{
    if (text.size() > max_bytes) return refuse_size(text.size(), max_bytes);
    std::array<std::string_view, 5> parts;
    for (auto& part : parts) {
        auto const dot  = text.find('.');
        bool const last = &part == &parts.back();
        if (last != (dot == text.npos)) return refuse(Errc::malformed_token, "not five parts");
        part = text.substr(0, dot);
        text.remove_prefix(last ? text.size() : dot + 1);
    }
    JweParts out;
    out.encoded_header                                 = parts[0];
    std::array<std::string*, parts.size()> const rooms = {&out.header, &out.encrypted_key, &out.iv, &out.ciphertext,
                                                          &out.tag};
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (!base64url::decode_into(*rooms[i], parts[i])) return refuse(Errc::malformed_token, "not base64url");
    if (out.header.empty() || out.iv.empty() || out.tag.empty())
        return refuse(Errc::malformed_token, "an empty header, IV, or tag");
    return out;
}

Result<JweHeader> read_jwe_header(std::string_view json)
{
    signet::json::Document document;
    auto const             object = document.parse_object(json, kHeaderLimits);
    if (!object) return refuse(Errc::malformed_header, std::string(signet::json::name(object.error())));

    JweHeader header;
    auto      kid = TRY(read_text(*object, "kid"));
    auto      cty = TRY(read_text(*object, "cty"));
    TRY(read_text(*object, "typ"));
    if (kid.size() > kLongestKid) return refuse(Errc::malformed_header, "kid is longer than 128 bytes");
    TRY(refuse_critical(*object));
    auto const* row        = TRY(read_algorithm(*object));
    auto const* encryption = TRY(read_encryption(*object));
    header.row             = row;
    header.encryption      = encryption;
    header.kid             = std::move(kid);
    header.cty             = std::move(cty);
    if (row->transport != Transport::agreement) return header;

    auto epk   = TRY(read_ephemeral(*object));
    auto apu   = TRY(read_party(*object, "apu"));
    auto apv   = TRY(read_party(*object, "apv"));
    header.epk = std::move(epk);
    header.apu = std::move(apu);
    header.apv = std::move(apv);
    return header;
}

}  // namespace jose::detail
