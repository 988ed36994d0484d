#include "jose/jws.hpp"

#include "base/result.hpp"
#include "jose/refuse.hpp"
#include "jose/signature.hpp"
#include "jose/token_access.hpp"

namespace jose {

Result<std::string> sign_payload(std::string_view payload, SigningKey const& key, std::string_view type)
{
    return detail::refuse_when_out_of_memory([&] { return detail::sign_compact(payload, key, type); });
}

Result<VerifiedPayload> verify_payload(std::string_view compact, KeySet const& keys, std::size_t max_bytes)
{
    return detail::refuse_when_out_of_memory([&]() -> Result<VerifiedPayload> {
        auto&           bench = detail::Workbench::of_this_thread();
        VerifiedPayload out   = TokenAccess::new_payload();
        auto&           bytes = TokenAccess::bytes_of(out);

        auto const  parts  = TRY(detail::decode_compact(compact, max_bytes, bytes, bench.signature));
        auto const* header = TRY(bench.headers.read(parts.header));
        TRY(detail::verify_signature(*header, parts, bench.signature, keys));
        TokenAccess::header_of(out) = header->json;
        return out;
    });
}

}  // namespace jose
