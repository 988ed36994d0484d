// Verifies one token and prints its claims, or says why not.
//
//     curl -s https://id.example.com/.well-known/jwks.json > keys.json
//     echo "$TOKEN" | verify_a_token keys.json https://id.example.com https://api.example.com
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "jose/jose.hpp"

namespace {

int refuse(jose::Error const& error)
{
    std::cerr << "refused: " << name(error.code) << (error.detail.empty() ? "" : ": ") << error.detail << '\n';
    return 1;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4) {
        std::cerr << "usage: verify_a_token KEYS.json ISSUER AUDIENCE < token\n";
        return 2;
    }
    std::ifstream     file(argv[1]);
    std::string const json{std::istreambuf_iterator<char>(file), {}};
    auto const        keys = jose::KeySet::parse(json);
    if (!keys) return refuse(keys.error());

    using enum jose::Algorithm;
    auto const policy = jose::Policy::create(
        {.issuer = argv[2], .audience = argv[3], .type = "at+jwt", .algorithms = {es256, eddsa, rs256}});
    if (!policy) return refuse(policy.error());

    std::string text;
    std::getline(std::cin, text);
    auto const token = jose::verify(text, *keys, *policy, std::chrono::system_clock::now());
    if (!token) return refuse(token.error());

    std::cout << "subject: " << token->subject() << "\nclaims: " << token->claims_json() << '\n';
}
