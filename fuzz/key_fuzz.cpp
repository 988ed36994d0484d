// A key read as PEM or DER can be written and read again as the same key, under
// every algorithm that takes it.
#include <cstdlib>
#include <string_view>

#include "jose/key.hpp"

namespace {

using namespace jose;

void check(Result<VerificationKey> const& key)
{
    if (!key) return;
    auto const pem = key->to_pem();
    auto const der = key->to_der();
    if (!pem || !der) std::abort();
    auto const from_pem = VerificationKey::parse_pem(*pem, key->algorithm());
    auto const from_der = VerificationKey::parse_der(*der, key->algorithm());
    if (!from_pem || !from_der || from_pem->thumbprint() != key->thumbprint() ||
        from_der->thumbprint() != key->thumbprint())
        std::abort();
}

void check(Result<SigningKey> const& key)
{
    if (!key) return;
    auto const again = SigningKey::parse_der(*key->reveal_der(), key->algorithm());
    if (!again || again->reveal_jwk() != key->reveal_jwk()) std::abort();
    check(Result<VerificationKey>{key->verification_key()});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    for (auto const algorithm :
         {Algorithm::rs256, Algorithm::ps256, Algorithm::es256, Algorithm::es512, Algorithm::eddsa, Algorithm::ed448}) {
        check(VerificationKey::parse_pem(text, algorithm));
        check(VerificationKey::parse_der(text, algorithm));
        check(SigningKey::parse_pem(text, algorithm));
        check(SigningKey::parse_der(text, algorithm));
    }
    return 0;
}
