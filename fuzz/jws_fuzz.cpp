// Any text as a token, and any two texts as header and claims of a rightly
// signed one: so that the fuzzer gets behind the signature.
#include <cstdlib>
#include <string>
#include <string_view>

#include "jose/jose.hpp"

namespace {

using jose::base64url::encode;

struct Fixture {
    jose::SigningKey key = *jose::SigningKey::parse_jwk(
        R"({"kty":"oct","alg":"HS256","kid":"k","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"})");
    jose::KeySet keys   = *jose::KeySet::from({key.verification_key()});
    jose::Policy policy = *jose::Policy::create({.issuer                           = "i",
                                                 .audience                         = "a",
                                                 .algorithms                       = {jose::Algorithm::hs256},
                                                 .dangerously_allow_missing_expiry = true,
                                                 .dangerously_accept_any_type      = true});
};

constexpr jose::Time kNow{std::chrono::seconds{1'800'000'000}};

void read(jose::VerifiedToken const& token)
{
    if (token.issuer() != "i") std::abort();
    if (token.expires_at() && *token.expires_at() <= kNow) std::abort();
    for (auto const* claim : {"iss", "aud", "exp", "x"}) {
        auto const json = token.find_json(claim);
        if (json && token.claims_json().find(*json) == std::string_view::npos) std::abort();
        (void)token.find_strings(claim);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    static Fixture const   fixture;
    std::string_view const text{reinterpret_cast<char const*>(data), size};

    (void)jose::UnverifiedToken::parse(text);
    if (auto const token = jose::verify(text, fixture.keys, fixture.policy, kNow)) read(*token);
    if (auto const payload = jose::verify_payload(text, fixture.keys); payload && text.find("..") == text.npos)
        if (encode(payload->bytes()).empty()) std::abort();

    // The text as claims under a good header, by way of the signer of any bytes.
    auto const signed_text = jose::sign_payload(text, fixture.key);
    if (!signed_text) std::abort();
    if (auto const token = jose::verify(*signed_text, fixture.keys, fixture.policy, kNow)) read(*token);
    // The text as a header: never signed by this key, so never accepted.
    if (jose::verify(encode(text) + ".e30.AAAA", fixture.keys, fixture.policy, kNow)) std::abort();
    return 0;
}
