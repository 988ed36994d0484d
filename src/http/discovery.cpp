// What is true today and nothing else. There is no authorization or token endpoint yet, so none is named; who only
// wants to verify access tokens finds issuer and keys, and who asks about them whom to ask.
//
// NB: RFC 8414 3.2 leaves out members that are empty lists, yet 2 requires response_types_supported, and an absent
// grant_types_supported would mean "authorization_code" and "implicit". The empty list is the one true answer to both.
#include "base/json.hpp"
#include "http/caching.hpp"
#include "http/endpoints.hpp"

namespace signet::http {
namespace {

constexpr std::chrono::minutes kLife{5};

json::Object metadata(Call const& call)
{
    auto const&  issuer = call.api.settings.issuer;
    json::Object document;
    document.set("issuer", issuer);
    if (!call.api.ports.keyring.current()->jwks.empty()) document.set("jwks_uri", issuer + "/.well-known/jwks.json");
    document.set("revocation_endpoint", issuer + "/revoke");
    document.set_raw("revocation_endpoint_auth_methods_supported", R"(["none"])");
    // RFC 8414 2: a type of access tokens; what it takes is a verifier's credential.
    document.set("introspection_endpoint", issuer + "/introspect");
    document.set_raw("introspection_endpoint_auth_methods_supported", R"(["Bearer"])");
    document.set_raw("response_types_supported", "[]").set_raw("grant_types_supported", "[]");
    return document;
}

}  // namespace

// GET /.well-known/oauth-authorization-server, RFC 8414
Response authorization_server(Call const& call)
{
    return cacheable(call.request, "application/json", metadata(call).text(), kLife);
}

// GET /.well-known/openid-configuration, OpenID Connect Discovery 1.0. No ID tokens are issued.
Response openid_configuration(Call const& call)
{
    auto document = metadata(call);
    document.set_raw("subject_types_supported", R"(["public"])").set_raw("id_token_signing_alg_values_supported", "[]");
    return cacheable(call.request, "application/json", document.text(), kLife);
}

}  // namespace signet::http
