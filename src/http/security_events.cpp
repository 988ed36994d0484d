// What receivers of security events need to know of this server: docs/guides/security-events.md.
#include "base/json.hpp"
#include "http/caching.hpp"
#include "http/endpoints.hpp"

namespace signet::http {
namespace {

constexpr std::chrono::minutes kLife{5};

}  // namespace

// GET /.well-known/ssf-configuration, OpenID Shared Signals Framework 1.0 7.1. What is true and nothing else: operators
// add receivers, so there is no endpoint by which one configures its stream.
Response ssf_configuration(Call const& call)
{
    auto const&  issuer = call.api.settings.issuer;
    json::Object document;
    document.set("spec_version", "1_0")
        .set("issuer", issuer)
        .set("jwks_uri", issuer + "/ssf/jwks.json")
        .set_raw("delivery_methods_supported", R"(["urn:ietf:rfc:8935"])")
        .set_raw("critical_subject_members", R"(["user","session"])")
        .set("default_subjects", "ALL");
    return cacheable(call.request, "application/json", document.text(), kLife);
}

// GET /ssf/jwks.json. A key is published for an hour before it signs, but for the first, which is made with the first
// receiver.
Response security_event_keys(Call const& call)
{
    auto const keys = call.api.event_keys.current();
    return cacheable(call.request, "application/jwk-set+json", keys ? keys->jwks : R"({"keys":[]})", kLife);
}

}  // namespace signet::http
