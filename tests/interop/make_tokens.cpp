// Makes a fresh key and a token per algorithm, for other implementations to judge.
//
//     make_tokens FOLDER ISSUER AUDIENCE
//
// writes keys.json (the public key set), NAME.token for each public-key
// algorithm, and bad.token, whose signature belongs to another token.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "jose/jose.hpp"

namespace {

template <class T>
T must(jose::Result<T> result)
{
    if (result) return std::move(*result);
    std::cerr << name(result.error().code) << ": " << result.error().detail << '\n';
    std::_Exit(1);
}

std::string token_of(jose::SigningKey const& key, std::string_view issuer, std::string_view audience,
                     std::string_view subject)
{
    auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return must(sign(jose::Claims{}
                         .issuer(issuer)
                         .audience(audience)
                         .subject(subject)
                         .issued_at(now)
                         .expires_at(now + std::chrono::minutes{10})
                         .set("name", "Ann \"A\" \xC3\x9C"),
                     key, "at+jwt"));
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4) return 2;
    std::filesystem::path const folder = argv[1];

    std::vector<jose::VerificationKey> keys;
    for (auto const algorithm : jose::all_algorithms()) {
        // The judges know neither secp256k1 nor the names of RFC 9864.
        using enum jose::Algorithm;
        if (is_symmetric(algorithm) || algorithm == es256k || algorithm == ed25519 || algorithm == ed448) continue;

        auto const key   = must(jose::SigningKey::generate(algorithm));
        auto const token = token_of(key, argv[2], argv[3], "user-1");
        auto const other = token_of(key, argv[2], argv[3], "user-2");
        keys.push_back(key.verification_key());
        std::ofstream(folder / (std::string(name(algorithm)) + ".token")) << token;
        std::ofstream(folder / "bad.token") << token.substr(0, token.rfind('.')) << other.substr(other.rfind('.'));
    }
    std::ofstream(folder / "keys.json") << must(must(jose::KeySet::from(std::move(keys))).to_json());
}
