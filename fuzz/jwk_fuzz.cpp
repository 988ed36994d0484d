// A key or key set that is accepted can be written and read again as the same key.
#include <cstdlib>
#include <string_view>

#include "jose/key_set.hpp"

namespace {

void check(jose::VerificationKey const& key)
{
    auto const text = key.to_jwk();
    if (!text) return;  // a shared secret
    auto const again = jose::VerificationKey::parse_jwk(*text);
    if (!again || again->thumbprint() != key.thumbprint() || again->algorithm() != key.algorithm()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    if (auto const key = jose::VerificationKey::parse_jwk(text)) check(*key);
    if (auto const keys = jose::KeySet::parse(text, jose::Algorithm::rs256))
        for (auto const& key : keys->keys()) check(key);
    if (auto const key = jose::SigningKey::parse_jwk(text)) {
        check(key->verification_key());
        if (!jose::SigningKey::parse_jwk(key->reveal_jwk())) std::abort();
    }
    (void)jose::VerificationKey::parse_pem(text, jose::Algorithm::es256);
    return 0;
}
