#include "jose/detached.hpp"

#include "base/result.hpp"
#include "jose/base64url_into.hpp"
#include "jose/key_material.hpp"
#include "jose/refuse.hpp"
#include "jose/signature.hpp"
#include "jose/token_access.hpp"

namespace jose {
namespace {

using namespace detail;

enum class PayloadForm { base64url, unencoded };

// RFC 7797 5: what is signed. The form differs in nothing else.
std::string apart_signing_input(std::string_view encoded_header, std::string_view payload, PayloadForm form)
{
    std::string out;
    out.reserve(encoded_header.size() + 1 + base64url::encoded_size(payload.size()));
    out += encoded_header;
    out += '.';
    if (form == PayloadForm::unencoded)
        out += payload;
    else
        base64url::append(out, payload);
    return out;
}

Result<std::string> sign_apart(std::string_view payload, SigningKey const& key, std::string_view type, PayloadForm form)
{
    signet::json::Object header;
    header.set("alg", name(key.algorithm()));
    if (!key.kid().empty()) header.set("kid", key.kid());
    if (!type.empty()) header.set("typ", type);
    // RFC 7797 6: a producer of "b64":false must list it in "crit".
    if (form == PayloadForm::unencoded) header.set("b64", false).set_raw("crit", R"(["b64"])");

    std::string encoded;
    base64url::append(encoded, header.text());
    auto const signature = KeyAccess::of(key).sign(apart_signing_input(encoded, payload, form));
    if (signature.empty()) return refuse(Errc::bad_signature, "this key could not sign");
    encoded += "..";
    base64url::append(encoded, signature);
    return encoded;
}

// What header and signature are, once the text is known to bring no payload.
Result<Compact> split_apart(std::string_view text, std::size_t max_bytes, std::string& signature)
{
    auto const compact = TRY(split_compact(text, max_bytes));
    if (!compact.payload.empty()) return refuse(Errc::malformed_token, "a payload where none belongs");
    if (!base64url::decode_into(signature, compact.signature))
        return refuse(Errc::malformed_token, "signature: not base64url");
    return compact;
}

Result<VerifiedPayload> check_apart(Compact compact, std::string_view payload, Header const& header,
                                    std::string_view signature, KeySet const& keys, PayloadForm form)
{
    auto const input      = apart_signing_input(compact.header, payload, form);
    compact.signing_input = input;
    TRY(verify_signature(header, compact, signature, keys));

    VerifiedPayload out         = TokenAccess::new_payload();
    TokenAccess::header_of(out) = header.json;
    TokenAccess::bytes_of(out)  = payload;
    return out;
}

}  // namespace

Result<std::string> sign_detached(std::string_view payload, SigningKey const& key, std::string_view type)
{
    return refuse_when_out_of_memory([&] { return sign_apart(payload, key, type, PayloadForm::base64url); });
}

Result<std::string> sign_detached_unencoded(std::string_view payload, SigningKey const& key, std::string_view type)
{
    return refuse_when_out_of_memory([&] { return sign_apart(payload, key, type, PayloadForm::unencoded); });
}

Result<VerifiedPayload> verify_detached(std::string_view compact, std::string_view payload, KeySet const& keys,
                                        std::size_t max_bytes)
{
    return refuse_when_out_of_memory([&]() -> Result<VerifiedPayload> {
        auto&       bench  = Workbench::of_this_thread();
        auto const  parts  = TRY(split_apart(compact, max_bytes, bench.signature));
        auto const* header = TRY(bench.headers.read(parts.header));
        return check_apart(parts, payload, *header, bench.signature, keys, PayloadForm::base64url);
    });
}

Result<VerifiedPayload> verify_detached_unencoded(std::string_view compact, std::string_view payload,
                                                  KeySet const& keys, std::size_t max_bytes)
{
    return refuse_when_out_of_memory([&]() -> Result<VerifiedPayload> {
        auto&      bench  = Workbench::of_this_thread();
        auto const parts  = TRY(split_apart(compact, max_bytes, bench.signature));
        auto const header = TRY(read_unencoded_header(parts.header));
        return check_apart(parts, payload, header, bench.signature, keys, PayloadForm::unencoded);
    });
}

}  // namespace jose
