// bench/jose.cpp - signing and verifying tokens against OpenSSL's bare calls.
//
//     bench_jose [FILTER]      one JSON row per line
//
// The baseline is what the primitive costs and nothing else: contexts made once,
// the message ready, no base64url, no JSON, no claims.
#include <fmt/core.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/paired.hpp"
#include "jose/jose.hpp"

namespace {

// A benchmark that went wrong measures nothing: stop at once.
void must(bool ok, std::string_view what)
{
    if (ok) return;
    fmt::print(stderr, "bench_jose: {} failed\n", what);
    std::exit(1);
}

jose::Time const kNow{std::chrono::seconds{1'800'000'000}};

// Nine claims, about 300 bytes of JSON.
jose::Claims claims()
{
    jose::Claims c;
    c.issuer("https://id.example.com")
        .subject("0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e55")
        .audience("https://api.example.com");
    c.issued_at(kNow).expires_at(kNow + std::chrono::minutes{10}).token_id("0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e56");
    c.set("email", "ann@example.com").set("name", "Ann Example");
    std::vector<std::string> const roles{"viewer", "editor"};
    c.set("roles", roles);
    return c;
}

struct Bytes {
    std::vector<unsigned char> data = std::vector<unsigned char>(1024);
    std::size_t                size = 0;
};

// Bare OpenSSL for one algorithm: its key, its contexts, one signature.
class Bare {
public:
    Bare(jose::Algorithm algorithm, std::string message) : algorithm_(algorithm), message_(std::move(message))
    {
        switch (algorithm_) {
            case jose::Algorithm::hs256:
                prepare_hmac();
                break;
            case jose::Algorithm::rs256:
                key_ = EVP_RSA_gen(2048);
                break;
            case jose::Algorithm::es256:
                key_ = EVP_EC_gen("P-256");
                break;
            case jose::Algorithm::eddsa:
                key_ = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
                break;
            default:
                must(false, "this algorithm has no baseline");
        }
        must(key_ != nullptr || mac_ != nullptr, "key generation");
        if (algorithm_ == jose::Algorithm::rs256 || algorithm_ == jose::Algorithm::es256) prepare_contexts();
        sign();
    }
    Bare(Bare const&)            = delete;
    Bare& operator=(Bare const&) = delete;
    ~Bare()
    {
        EVP_PKEY_CTX_free(signer_);
        EVP_PKEY_CTX_free(verifier_);
        EVP_PKEY_free(key_);
        EVP_MAC_CTX_free(mac_);
    }

    void sign()
    {
        signature_.size = signature_.data.size();
        if (algorithm_ == jose::Algorithm::hs256) return hmac();
        if (algorithm_ == jose::Algorithm::eddsa) return ed25519_sign();
        auto const hash = sha256();
        must(EVP_PKEY_sign(signer_, signature_.data.data(), &signature_.size, hash.data(), hash.size()) == 1, "sign");
    }

    void verify()
    {
        if (algorithm_ == jose::Algorithm::hs256) return hmac();
        if (algorithm_ == jose::Algorithm::eddsa) return ed25519_verify();
        auto const hash = sha256();
        must(EVP_PKEY_verify(verifier_, signature_.data.data(), signature_.size, hash.data(), hash.size()) == 1,
             "verify");
    }

private:
    void prepare_hmac()
    {
        EVP_MAC* const      mac    = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        std::array<char, 7> digest = {"SHA256"};
        std::array const    params = {OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0),
                                      OSSL_PARAM_construct_end()};
        std::string const   secret(32, 'k');
        mac_ = EVP_MAC_CTX_new(mac);
        must(EVP_MAC_init(mac_, reinterpret_cast<unsigned char const*>(secret.data()), secret.size(), params.data()) ==
                 1,
             "HMAC key");
        EVP_MAC_free(mac);
    }
    void prepare_contexts()
    {
        signer_   = EVP_PKEY_CTX_new(key_, nullptr);
        verifier_ = EVP_PKEY_CTX_new(key_, nullptr);
        must(EVP_PKEY_sign_init(signer_) == 1 && EVP_PKEY_verify_init(verifier_) == 1, "context");
        for (auto* const context : {signer_, verifier_})
            must(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1, "digest");
    }
    void hmac()
    {
        must(EVP_MAC_init(mac_, nullptr, 0, nullptr) == 1, "HMAC");
        must(EVP_MAC_update(mac_, bytes(), message_.size()) == 1, "HMAC");
        must(EVP_MAC_final(mac_, signature_.data.data(), &signature_.size, signature_.data.size()) == 1, "HMAC");
    }
    void ed25519_sign()
    {
        EVP_MD_CTX* const context = EVP_MD_CTX_new();
        must(EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_) == 1, "Ed25519");
        must(EVP_DigestSign(context, signature_.data.data(), &signature_.size, bytes(), message_.size()) == 1,
             "Ed25519");
        EVP_MD_CTX_free(context);
    }
    void ed25519_verify()
    {
        EVP_MD_CTX* const context = EVP_MD_CTX_new();
        must(EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key_) == 1, "Ed25519");
        must(EVP_DigestVerify(context, signature_.data.data(), signature_.size, bytes(), message_.size()) == 1,
             "Ed25519");
        EVP_MD_CTX_free(context);
    }
    std::array<unsigned char, 32> sha256()
    {
        static EVP_MD* const          digest  = EVP_MD_fetch(nullptr, "SHA256", nullptr);
        static EVP_MD_CTX* const      context = EVP_MD_CTX_new();
        std::array<unsigned char, 32> out{};
        must(EVP_DigestInit_ex2(context, digest, nullptr) == 1, "SHA-256");
        must(EVP_DigestUpdate(context, bytes(), message_.size()) == 1, "SHA-256");
        must(EVP_DigestFinal_ex(context, out.data(), nullptr) == 1, "SHA-256");
        return out;
    }
    unsigned char const* bytes() const { return reinterpret_cast<unsigned char const*>(message_.data()); }

    jose::Algorithm algorithm_;
    std::string     message_;
    Bytes           signature_;
    EVP_PKEY*       key_      = nullptr;
    EVP_PKEY_CTX*   signer_   = nullptr;
    EVP_PKEY_CTX*   verifier_ = nullptr;
    EVP_MAC_CTX*    mac_      = nullptr;
};

void print_row(std::string const& row, bench::Outcome const& outcome)
{
    fmt::print(R"({{"name":"{}","value":{:.1f},"unit":"1/s","baseline":{:.1f},"ratio":{:.3f}}})"
               "\n",
               row, outcome.ours, outcome.baseline, outcome.ratio);
    std::fflush(stdout);
}

void measure(jose::Algorithm algorithm, std::string_view filter)
{
    auto const key = jose::SigningKey::generate(algorithm);
    must(key.has_value(), "key generation");
    auto const keys   = jose::KeySet::from({key->verification_key()});
    auto const policy = jose::Policy::create({.issuer     = "https://id.example.com",
                                              .audience   = "https://api.example.com",
                                              .type       = "at+jwt",
                                              .algorithms = {algorithm}});
    must(keys && policy, "setting up");
    auto const body  = claims();
    auto const token = jose::sign(body, *key, "at+jwt");
    must(token.has_value(), "sign");
    Bare bare(algorithm, token->substr(0, token->rfind('.')));

    std::string const verify_row = fmt::format("verify/{}", jose::name(algorithm));
    if (verify_row.find(filter) != std::string::npos)
        print_row(verify_row,
                  bench::compare([&] { must(jose::verify(*token, *keys, *policy, kNow).has_value(), "verify"); },
                                 [&] { bare.verify(); }));
    std::string const sign_row = fmt::format("sign/{}", jose::name(algorithm));
    if (sign_row.find(filter) != std::string::npos)
        print_row(sign_row, bench::compare([&] { must(jose::sign(body, *key, "at+jwt").has_value(), "sign"); },
                                           [&] { bare.sign(); }));
}

}  // namespace

int main(int argc, char** argv)
{
    std::string_view const filter = argc > 1 ? argv[1] : "";
    for (auto const algorithm :
         {jose::Algorithm::hs256, jose::Algorithm::rs256, jose::Algorithm::es256, jose::Algorithm::eddsa})
        measure(algorithm, filter);
}
