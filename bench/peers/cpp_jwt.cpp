// bench/peers/cpp_jwt.cpp - cpp-jwt takes the key as text with every token: nothing of it
// can be prepared.
#include <jwt/jwt.hpp>

#include "bench/peers/peer.hpp"

namespace {

bool verify(std::string const& token, std::string const& key, std::string const& algorithm)
{
    using namespace jwt::params;
    try {
        std::error_code error;
        jwt::decode(token, algorithms({algorithm}), error, secret(key), issuer(peer::kIssuer), aud(peer::kAudience),
                    jwt::params::verify(true));
        return !error;
    } catch (std::exception const&) {
        return false;
    }
}

peer::Verify load(peer::Task const& task)
{
    if (task.alg == "EdDSA") return {};
    return [&task](std::string const& token) { return verify(token, task.key, task.alg); };
}

}  // namespace

int main(int argc, char** argv)
{
    return peer::serve(argc, argv, {.name = "cpp-jwt", .version = PEER_VERSION, .load = load});
}
