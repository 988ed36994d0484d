// greet ISSUER AUDIENCE TOKEN < keys.json
#include <iostream>
#include <iterator>

#include "jose/jose.hpp"

int main(int argc, char** argv)
{
    std::string const published(std::istreambuf_iterator<char>(std::cin), {});
    auto const        keys = jose::KeySet::parse(published);
    if (argc != 4 || !keys) return 2;
    auto const policy = jose::Policy::create(
        {.issuer = argv[1], .audience = argv[2], .type = "at+jwt", .algorithms = {jose::Algorithm::es256}});
    if (!policy) return 2;
    auto const token = jose::verify(argv[3], *keys, *policy, std::chrono::system_clock::now());
    if (token)
        std::cout << "Hello, " << token->find_string("name").value_or("stranger") << '\n';
    else
        std::cout << "refused: " << name(token.error().code) << ' ' << token.error().detail << '\n';
    return token ? 0 : 1;
}
