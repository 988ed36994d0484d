// bench/peers/rhonabwy.cpp - rhonabwy, on GnuTLS. Parsed without the keys that a header
// brings (R_PARSE_NONE) and without the network, as its API.md advises.
#include <rhonabwy.h>

#include <memory>

#include "bench/peers/peer.hpp"

namespace {

bool verify(std::string const& token, jwk_t* key, jwa_alg algorithm, std::string const& typ)
{
    std::unique_ptr<jwt_t, decltype(&r_jwt_free)> const jwt(
        r_jwt_quick_parsen(token.data(), token.size(), R_PARSE_NONE, R_FLAG_IGNORE_REMOTE), r_jwt_free);
    return jwt && r_jwt_get_sign_alg(jwt.get()) == algorithm &&
           r_jwt_verify_signature(jwt.get(), key, R_FLAG_IGNORE_REMOTE) == RHN_OK &&
           r_jwt_validate_claims(jwt.get(), R_JWT_CLAIM_ISS, peer::kIssuer, R_JWT_CLAIM_AUD, peer::kAudience,
                                 R_JWT_CLAIM_EXP, R_JWT_CLAIM_NOW, R_JWT_CLAIM_TYP, typ.c_str(),
                                 R_JWT_CLAIM_NOP) == RHN_OK &&
           // "nbf" is asked for only where there is one: rhonabwy would require it.
           (r_jwt_get_claim_json_t_value(jwt.get(), "nbf") == nullptr ||
            r_jwt_validate_claims(jwt.get(), R_JWT_CLAIM_NBF, R_JWT_CLAIM_NOW, R_JWT_CLAIM_NOP) == RHN_OK);
}

peer::Verify load(peer::Task const& task)
{
    jwk_t* parsed = nullptr;
    if (r_jwk_init(&parsed) != RHN_OK) return {};
    std::shared_ptr<jwk_t> const key(parsed, r_jwk_free);
    auto const                   algorithm = r_str_to_jwa_alg(task.alg.c_str());
    if (r_jwk_import_from_json_str(parsed, task.jwk.c_str()) != RHN_OK || algorithm == R_JWA_ALG_UNKNOWN) return {};
    return [key, algorithm, &typ = task.typ](std::string const& token) {
        return verify(token, key.get(), algorithm, typ);
    };
}

}  // namespace

int main(int argc, char** argv)
{
    if (r_global_init() != RHN_OK) return 1;
    return peer::serve(argc, argv, {.name = "rhonabwy", .version = PEER_VERSION, .load = load});
}
