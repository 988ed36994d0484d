// bench/jose.cpp - signing and verifying tokens against OpenSSL's bare calls.
//
//     bench_jose [FILTER]      one JSON row per line
//
// The baseline is what the primitive costs and nothing else: contexts made once,
// the message ready, no base64url, no JSON, no claims.
#include <fmt/core.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/allocations.hpp"
#include "bench/paired.hpp"
#include "jose/jose.hpp"

namespace {

// A benchmark that went wrong measures nothing: stop at once.
void must(bool ok, std::string_view what)
{
    if (ok) return;
    fmt::print(stderr, "bench_jose: {} failed\n", what);
    std::_Exit(1);
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

// What bare OpenSSL needs to know of an algorithm.
struct Scheme {
    jose::Algorithm algorithm;
    char const*     type;    // of the key, as OpenSSL names it; "HMAC" has none
    char const*     curve;   // of EC
    char const*     digest;  // nullptr where the scheme brings its own
    bool            pss;
};

constexpr std::array kSchemes{
    Scheme{jose::Algorithm::hs256, "HMAC", nullptr, "SHA256", false},
    Scheme{jose::Algorithm::hs384, "HMAC", nullptr, "SHA384", false},
    Scheme{jose::Algorithm::hs512, "HMAC", nullptr, "SHA512", false},
    Scheme{jose::Algorithm::rs256, "RSA", nullptr, "SHA256", false},
    Scheme{jose::Algorithm::rs384, "RSA", nullptr, "SHA384", false},
    Scheme{jose::Algorithm::rs512, "RSA", nullptr, "SHA512", false},
    Scheme{jose::Algorithm::ps256, "RSA", nullptr, "SHA256", true},
    Scheme{jose::Algorithm::ps384, "RSA", nullptr, "SHA384", true},
    Scheme{jose::Algorithm::ps512, "RSA", nullptr, "SHA512", true},
    Scheme{jose::Algorithm::es256, "EC", "P-256", "SHA256", false},
    Scheme{jose::Algorithm::es384, "EC", "P-384", "SHA384", false},
    Scheme{jose::Algorithm::es512, "EC", "P-521", "SHA512", false},
    Scheme{jose::Algorithm::es256k, "EC", "secp256k1", "SHA256", false},
    Scheme{jose::Algorithm::eddsa, "ED25519", nullptr, nullptr, false},
    Scheme{jose::Algorithm::ed448, "ED448", nullptr, nullptr, false},
};

struct Bytes {
    std::vector<unsigned char> data = std::vector<unsigned char>(1024);
    std::size_t                size = 0;
};

// Bare OpenSSL for one algorithm: its key, its contexts, one signature.
class Bare {
public:
    Bare(Scheme const& scheme, std::string message) : scheme_(scheme), message_(std::move(message))
    {
        if (scheme_.digest != nullptr) digest_ = EVP_MD_fetch(nullptr, scheme_.digest, nullptr);
        if (is("HMAC")) prepare_hmac();
        if (is("RSA")) key_ = EVP_RSA_gen(2048);
        if (is("EC")) key_ = EVP_EC_gen(scheme_.curve);
        if (is("ED25519") || is("ED448")) key_ = EVP_PKEY_Q_keygen(nullptr, nullptr, scheme_.type);
        must(key_ != nullptr || mac_ != nullptr, "key generation");
        if (is("RSA") || is("EC")) prepare_contexts();
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
        EVP_MD_CTX_free(hasher_);
        EVP_MD_free(digest_);
    }

    void sign()
    {
        signature_.size = signature_.data.size();
        if (is("HMAC")) return hmac();
        if (digest_ == nullptr) return edwards_sign();
        hash();
        must(EVP_PKEY_sign(signer_, signature_.data.data(), &signature_.size, hash_.data(), hash_size_) == 1, "sign");
    }

    void verify()
    {
        if (is("HMAC")) return hmac();
        if (digest_ == nullptr) return edwards_verify();
        hash();
        must(EVP_PKEY_verify(verifier_, signature_.data.data(), signature_.size, hash_.data(), hash_size_) == 1,
             "verify");
    }

private:
    [[nodiscard]] bool is(std::string_view type) const { return scheme_.type == type; }

    void prepare_hmac()
    {
        EVP_MAC* const      mac  = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        std::array<char, 7> name = {};
        std::copy_n(scheme_.digest, 6, name.begin());
        std::array const  params = {OSSL_PARAM_construct_utf8_string("digest", name.data(), 0),
                                    OSSL_PARAM_construct_end()};
        std::string const secret(64, 'k');
        mac_ = EVP_MAC_CTX_new(mac);
        must(EVP_MAC_init(mac_, reinterpret_cast<unsigned char const*>(secret.data()), secret.size(), params.data()) ==
                 1,
             "HMAC key");
        EVP_MAC_free(mac);
    }
    void prepare_contexts()
    {
        hasher_   = EVP_MD_CTX_new();
        signer_   = EVP_PKEY_CTX_new(key_, nullptr);
        verifier_ = EVP_PKEY_CTX_new(key_, nullptr);
        must(EVP_PKEY_sign_init(signer_) == 1 && EVP_PKEY_verify_init(verifier_) == 1, "context");
        for (auto* const context : {signer_, verifier_}) {
            if (scheme_.pss)
                must(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
                         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1,
                     "padding");
            must(EVP_PKEY_CTX_set_signature_md(context, digest_) == 1, "digest");
        }
    }
    void hmac()
    {
        must(EVP_MAC_init(mac_, nullptr, 0, nullptr) == 1, "HMAC");
        must(EVP_MAC_update(mac_, bytes(), message_.size()) == 1, "HMAC");
        must(EVP_MAC_final(mac_, signature_.data.data(), &signature_.size, signature_.data.size()) == 1, "HMAC");
    }
    void edwards_sign()
    {
        EVP_MD_CTX* const context = EVP_MD_CTX_new();
        must(EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_) == 1, "EdDSA");
        must(EVP_DigestSign(context, signature_.data.data(), &signature_.size, bytes(), message_.size()) == 1, "EdDSA");
        EVP_MD_CTX_free(context);
    }
    void edwards_verify()
    {
        EVP_MD_CTX* const context = EVP_MD_CTX_new();
        must(EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key_) == 1, "EdDSA");
        must(EVP_DigestVerify(context, signature_.data.data(), signature_.size, bytes(), message_.size()) == 1,
             "EdDSA");
        EVP_MD_CTX_free(context);
    }
    void hash()
    {
        must(EVP_DigestInit_ex2(hasher_, digest_, nullptr) == 1, "digest");
        must(EVP_DigestUpdate(hasher_, bytes(), message_.size()) == 1, "digest");
        must(EVP_DigestFinal_ex(hasher_, hash_.data(), &hash_size_) == 1, "digest");
    }
    unsigned char const* bytes() const { return reinterpret_cast<unsigned char const*>(message_.data()); }

    Scheme const&                 scheme_;
    std::string                   message_;
    Bytes                         signature_;
    EVP_MD*                       digest_   = nullptr;
    EVP_MD_CTX*                   hasher_   = nullptr;
    EVP_PKEY*                     key_      = nullptr;
    EVP_PKEY_CTX*                 signer_   = nullptr;
    EVP_PKEY_CTX*                 verifier_ = nullptr;
    EVP_MAC_CTX*                  mac_      = nullptr;
    std::array<unsigned char, 64> hash_{};
    unsigned                      hash_size_ = 0;
};

void print_row(std::string const& row, std::string_view unit, bench::Outcome const& outcome)
{
    fmt::print(R"({{"name":"{}","value":{:.1f},"unit":"{}","baseline":{:.1f},"ratio":{:.3f}}})"
               "\n",
               row, outcome.ours, unit, outcome.baseline, outcome.ratio);
    static_cast<void>(std::fflush(stdout));
}

// One algorithm's key, policy, and token.
struct Case {
    explicit Case(Scheme const& the_scheme)
        : scheme(the_scheme),
          key(*jose::SigningKey::generate(the_scheme.algorithm)),
          keys(*jose::KeySet::from({key.verification_key()})),
          policy(*jose::Policy::create({.issuer     = "https://id.example.com",
                                        .audience   = "https://api.example.com",
                                        .type       = "at+jwt",
                                        .algorithms = {the_scheme.algorithm}})),
          token(*jose::sign(body, key, "at+jwt"))
    {
    }

    void verify() const { must(jose::verify(token, keys, policy, kNow).has_value(), "verify"); }
    void sign() const { must(jose::sign(body, key, "at+jwt").has_value(), "sign"); }

    Scheme const&    scheme;
    jose::Claims     body = claims();
    jose::SigningKey key;
    jose::KeySet     keys;
    jose::Policy     policy;
    std::string      token;
};

bool wanted(std::string_view row, std::string_view filter)
{
    return row.find(filter) != row.npos;
}

void measure(Scheme const& scheme, std::string_view filter)
{
    auto const verify_row = fmt::format("verify/{}", jose::name(scheme.algorithm));
    auto const sign_row   = fmt::format("sign/{}", jose::name(scheme.algorithm));
    auto const load_row   = fmt::format("load-key/{}", jose::name(scheme.algorithm));
    if (!wanted(verify_row, filter) && !wanted(sign_row, filter) && !wanted(load_row, filter)) return;

    Case const ours(scheme);
    Bare       bare(scheme, ours.token.substr(0, ours.token.rfind('.')));
    if (wanted(verify_row, filter))
        print_row(verify_row, "1/s", bench::compare([&] { ours.verify(); }, [&] { bare.verify(); }));
    if (wanted(sign_row, filter))
        print_row(sign_row, "1/s", bench::compare([&] { ours.sign(); }, [&] { bare.sign(); }));
    auto const jwk = ours.key.verification_key().to_jwk();
    if (!wanted(load_row, filter) || !jwk) return;
    print_row(load_row, "1/s",
              bench::compare([&] { must(jose::VerificationKey::parse_jwk(*jwk).has_value(), "load"); },
                             [&] { ours.verify(); }));
}

// Verifications per second of `threads` threads with one key.
double rate_of(Case const& ours, int threads)
{
    std::atomic<long>         done  = 0;
    auto const                begin = std::chrono::steady_clock::now();
    auto const                span  = std::chrono::milliseconds{200};
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i)
        workers.emplace_back([&] {
            long mine = 0;
            for (; std::chrono::steady_clock::now() - begin < span; mine += 16)
                for (int j = 0; j < 16; ++j) ours.verify();
            done += mine;
        });
    workers.clear();
    return static_cast<double>(done) / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void measure_two_threads(Scheme const& scheme, std::string_view filter)
{
    auto const row = fmt::format("verify/{}/two-threads", jose::name(scheme.algorithm));
    if (!wanted(row, filter)) return;
    Case const          ours(scheme);
    std::vector<double> two;
    std::vector<double> one;
    std::vector<double> ratios;
    for (int round = 0; round < 7; ++round) {
        two.push_back(rate_of(ours, 2));
        one.push_back(rate_of(ours, 1));
        ratios.push_back(two.back() / one.back());
    }
    print_row(row, "1/s", {bench::median(two), bench::median(one), bench::median(ratios)});
}

void measure_allocations(Scheme const& scheme, std::string_view filter)
{
    auto const row = fmt::format("verify/{}/allocations", jose::name(scheme.algorithm));
    if (!wanted(row, filter)) return;
    constexpr long kTimes = 1000;
    Case const     ours(scheme);
    ours.verify();  // the thread's memory is there from now on
    auto const before = bench::allocations();
    for (long i = 0; i < kTimes; ++i) ours.verify();
    auto const each = static_cast<double>(bench::allocations() - before) / kTimes;
    fmt::print(R"({{"name":"{}","value":{},"unit":"each","baseline":null,"ratio":null}})"
               "\n",
               row, each);
}

}  // namespace

int main(int argc, char** argv)
{
    std::string_view const filter = argc > 1 ? argv[1] : "";
    for (auto const& scheme : kSchemes) measure(scheme, filter);
    for (auto const algorithm : {jose::Algorithm::hs256, jose::Algorithm::es256}) {
        auto const& scheme = *std::ranges::find(kSchemes, algorithm, &Scheme::algorithm);
        measure_two_threads(scheme, filter);
        measure_allocations(scheme, filter);
    }
}
