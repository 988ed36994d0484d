// What is nested 100,000 deep, given to those who raised every limit. CHECKS A9.
//
// Run on a stack of 64 KiB (`ulimit -s 64`) by tests/api/small_stack.test.mjs, in
// the release build: sanitizers make frames several times larger. Prints one line
// for each text: what it is, and what became of it.
#include <cstdlib>
#include <iostream>
#include <string>

#include "jose/jose.hpp"

namespace {

constexpr std::size_t kLimit = 64UL * 1024 * 1024;

template <class T>
T must(jose::Result<T> result)
{
    if (result) return std::move(*result);
    std::cerr << result.error().detail << "\n";
    std::_Exit(2);
}

template <class T>
void show(char const* what, jose::Result<T> const& result)
{
    auto const outcome = result ? std::string("accepted") : std::string(jose::name(result.error().code));
    std::cout << what << ": " << outcome << "\n" << std::flush;
}

std::string nested(std::string_view open, std::string_view close)
{
    std::string out;
    for (int i = 0; i < 100'000; ++i) out += open;
    out += "1";
    for (int i = 0; i < 100'000; ++i) out += close;
    return out;
}

// The same token with that header, so with a signature that does not belong to it.
std::string with_header(std::string const& token, std::string_view header)
{
    return jose::base64url::encode(header) + token.substr(token.find('.'));
}

}  // namespace

int main()
{
    using namespace std::chrono_literals;
    auto const now       = jose::Time{1'800'000'000s};
    auto const key       = must(jose::SigningKey::generate(jose::Algorithm::es256, "k"));
    auto const keys      = must(jose::KeySet::from({key.verification_key()}));
    auto const recipient = must(jose::DecryptionKey::generate(jose::KeyManagement::a128kw));
    auto const policy    = must(jose::Policy::create({.issuer          = "i",
                                                      .audience        = "a",
                                                      .type            = "at+jwt",
                                                      .algorithms      = {jose::Algorithm::es256},
                                                      .max_token_bytes = kLimit}));
    auto const jwe       = must(jose::JwePolicy::create({.algorithm       = jose::KeyManagement::a128kw,
                                                         .encryptions     = {jose::ContentEncryption::a128gcm},
                                                         .max_token_bytes = kLimit}));
    auto const claims    = jose::Claims{}.issuer("i").audience("a").expires_at(now + 60s);
    auto const good      = must(jose::sign(claims, key, "at+jwt"));
    auto const sealed    = must(jose::encrypt("x", recipient.encryption_key(), jose::ContentEncryption::a128gcm));
    show("a good token", jose::verify(good, keys, policy, now));
    show("a good text", jose::decrypt(sealed, recipient, jwe));

    for (auto const& deep : {nested("[", "]"), nested(R"({"a":)", "}")}) {
        auto const header = R"({"alg":"ES256","kid":"k","typ":"at+jwt","x":)" + deep + "}";
        auto const body   = R"({"iss":"i","aud":"a","exp":1900000000,"x":)" + deep + "}";
        show("a deep header", jose::verify(with_header(good, header), keys, policy, now));
        // sign_payload() signs any bytes: the signature holds.
        show("deep claims", jose::verify(must(jose::sign_payload(body, key, "at+jwt")), keys, policy, now));
        show("a deep JWE header", jose::decrypt(with_header(sealed, header), recipient, jwe));
        show("a deep key", jose::VerificationKey::parse_jwk(R"({"kty":"EC","x":)" + deep.substr(0, 60'000) + "}"));
        show("a deep key set", jose::KeySet::parse(R"({"keys":[)" + deep.substr(0, 60'000) + "]}"));
    }
}
