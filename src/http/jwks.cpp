#include "http/caching.hpp"
#include "http/endpoints.hpp"
#include "http/errors.hpp"

namespace signet::http {

// GET /.well-known/jwks.json (CHECKS B50). A key is published for an hour before it signs, so five minutes of caching
// never leave a verifier without it.
Response jwks(Call const& call)
{
    auto const keys = call.api.ports.keyring.current();
    if (keys->jwks.empty()) return refuse(Errc::not_found, "Tokens are signed with a shared secret: no key is public.");
    return cacheable(call.request, "application/jwk-set+json", keys->jwks, std::chrono::minutes{5});
}

}  // namespace signet::http
