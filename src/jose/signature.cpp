#include "jose/signature.hpp"

#include "base/result.hpp"
#include "jose/base64url_into.hpp"
#include "jose/key_material.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {

Workbench& Workbench::of_this_thread()
{
    thread_local Workbench workbench;
    return workbench;
}

Result<Compact> decode_compact(std::string_view text, std::size_t max_bytes, std::string& payload,
                               std::string& signature)
{
    auto const compact = TRY(split_compact(text, max_bytes));
    if (!base64url::decode_into(payload, compact.payload))
        return refuse(Errc::malformed_token, "payload: not base64url");
    if (!base64url::decode_into(signature, compact.signature))
        return refuse(Errc::malformed_token, "signature: not base64url");
    return compact;
}

Result<void> verify_signature(Header const& header, Compact const& compact, std::string_view signature,
                              KeySet const& keys)
{
    auto const* key = keys.find(header.kid);
    if (key == nullptr) return refuse(Errc::unknown_key, "kid " + excerpt(header.kid));
    auto const& material = KeyAccess::of(*key);
    if (material.row.id != header.row->id)
        return refuse(Errc::algorithm_mismatch, "the key serves " + std::string(material.row.name) +
                                                    ", the token says " + std::string(header.row->name));
    // RFC 7515 5.2 step 8: over the received bytes, never over a new encoding.
    if (!material.verifies(compact.signing_input, signature)) return refuse(Errc::bad_signature, "");
    return {};
}

Result<std::string> sign_compact(std::string_view payload, SigningKey const& key, std::string_view type)
{
    signet::json::Object header;
    header.set("alg", name(key.algorithm()));
    if (!key.kid().empty()) header.set("kid", key.kid());
    if (!type.empty()) header.set("typ", type);

    std::string out;
    base64url::append(out, header.text());
    out += '.';
    base64url::append(out, payload);
    auto const signature = KeyAccess::of(key).sign(out);
    if (signature.empty()) return refuse(Errc::bad_signature, "this key could not sign");
    out += '.';
    base64url::append(out, signature);
    return out;
}

}  // namespace jose::detail
