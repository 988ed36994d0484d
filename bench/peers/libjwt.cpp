// bench/peers/libjwt.cpp - libjwt 1, as Debian has it. It verifies the signature and hands
// over the claims; what follows jwt_decode() is left to the caller.
#include <jwt.h>

#include <cerrno>
#include <ctime>
#include <memory>

#include "bench/peers/peer.hpp"

namespace {

bool equal(char const* have, std::string_view want)
{
    return have != nullptr && have == want;
}

// An absent "nbf" holds; what is no positive integer comes as one that is not.
bool has_begun(jwt_t* jwt, long now)
{
    errno          = 0;
    auto const nbf = jwt_get_grant_int(jwt, "nbf");
    return errno == ENOENT || (nbf > 0 && nbf <= now);
}

bool verify(std::string const& token, std::string const& key, jwt_alg_t algorithm)
{
    jwt_t*     decoded = nullptr;
    auto const status  = jwt_decode(&decoded, token.c_str(), reinterpret_cast<unsigned char const*>(key.data()),
                                    static_cast<int>(key.size()));
    if (status != 0) return false;
    std::unique_ptr<jwt_t, decltype(&jwt_free)> const jwt(decoded, jwt_free);
    auto const                                        now = std::time(nullptr);
    return jwt_get_alg(jwt.get()) == algorithm && equal(jwt_get_grant(jwt.get(), "iss"), peer::kIssuer) &&
           equal(jwt_get_grant(jwt.get(), "aud"), peer::kAudience) && jwt_get_grant_int(jwt.get(), "exp") > now &&
           has_begun(jwt.get(), now);
}

peer::Verify load(peer::Task const& task)
{
    if (task.alg == "EdDSA") return {};
    auto const algorithm = jwt_str_alg(task.alg.c_str());
    return [&key = task.key, algorithm](std::string const& token) { return verify(token, key, algorithm); };
}

}  // namespace

int main(int argc, char** argv)
{
    return peer::serve(argc, argv, {.name = "libjwt", .version = PEER_VERSION, .load = load});
}
