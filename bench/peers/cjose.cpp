// bench/peers/cjose.cpp - cjose verifies signatures and knows nothing of claims: they are
// read with jansson, the JSON library it brings, as mod_auth_openidc did.
#include <cjose/cjose.h>
#include <jansson.h>

#include <ctime>
#include <memory>

#include "bench/peers/peer.hpp"

namespace {

template <auto Release>
struct With {
    template <class T>
    void operator()(T* object) const
    {
        Release(object);
    }
};
using Jws    = std::unique_ptr<cjose_jws_t, With<cjose_jws_release>>;
using Claims = std::unique_ptr<json_t, With<json_decref>>;

bool is_string(json_t const* value, std::string_view want)
{
    return json_is_string(value) && std::string_view(json_string_value(value), json_string_length(value)) == want;
}

bool names_audience(json_t const* value)
{
    if (!json_is_array(value)) return is_string(value, peer::kAudience);
    for (std::size_t i = 0; i < json_array_size(value); ++i)
        if (is_string(json_array_get(value, i), peer::kAudience)) return true;
    return false;
}

bool claims_hold(json_t const* claims)
{
    auto const  now = static_cast<double>(std::time(nullptr));
    auto const* exp = json_object_get(claims, "exp");
    auto const* nbf = json_object_get(claims, "nbf");
    return json_is_object(claims) && is_string(json_object_get(claims, "iss"), peer::kIssuer) &&
           names_audience(json_object_get(claims, "aud")) && json_is_number(exp) && json_number_value(exp) > now &&
           (nbf == nullptr || (json_is_number(nbf) && json_number_value(nbf) <= now));
}

bool verify(std::string const& token, cjose_jwk_t const* key, std::string const& algorithm)
{
    cjose_err error = {};
    Jws const jws(cjose_jws_import(token.c_str(), token.size(), &error));
    if (!jws) return false;
    auto const* const named = cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, &error);
    if (named == nullptr || named != algorithm || !cjose_jws_verify(jws.get(), key, &error)) return false;
    std::uint8_t* payload = nullptr;
    std::size_t   size    = 0;
    if (!cjose_jws_get_plaintext(jws.get(), &payload, &size, &error)) return false;
    Claims const claims(json_loadb(reinterpret_cast<char const*>(payload), size, 0, nullptr));
    return claims && claims_hold(claims.get());
}

peer::Verify load(peer::Task const& task)
{
    cjose_err                          error = {};
    std::shared_ptr<cjose_jwk_t> const key(cjose_jwk_import(task.jwk.data(), task.jwk.size(), &error),
                                           [](cjose_jwk_t* jwk) { cjose_jwk_release(jwk); });
    if (!key) return {};  // Ed25519
    return [key, &algorithm = task.alg](std::string const& token) { return verify(token, key.get(), algorithm); };
}

}  // namespace

int main(int argc, char** argv)
{
    return peer::serve(argc, argv, {.name = "cjose", .version = PEER_VERSION, .load = load});
}
