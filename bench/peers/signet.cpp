// bench/peers/signet.cpp - our own library, asked as the others are.
#include <chrono>

#include "bench/peers/peer.hpp"
#include "jose/jose.hpp"

namespace {

peer::Verify load(peer::Task const& task)
{
    auto const algorithm = *jose::find_algorithm(task.alg);
    auto const keys      = *jose::KeySet::from({*jose::VerificationKey::parse_jwk(task.jwk)});
    auto const policy    = *jose::Policy::create(
        {.issuer = peer::kIssuer, .audience = peer::kAudience, .type = task.typ, .algorithms = {algorithm}});
    return [keys, policy](std::string const& token) {
        auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        return jose::verify(token, keys, policy, now).has_value();
    };
}

}  // namespace

int main(int argc, char** argv)
{
    return peer::serve(argc, argv, {.name = "signet", .version = PEER_VERSION, .load = load});
}
