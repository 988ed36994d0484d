// bench/peers/openssl.cpp - the floor: the bare signature check with OpenSSL, its contexts
// made once, the token taken apart beforehand; no base64url, JSON, or claims.
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

#include "bench/peers/peer.hpp"
#include "jose/base64url.hpp"

namespace {

unsigned char const* bytes(std::string const& text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}

// r and s as DER, the form that OpenSSL takes.
std::string as_der(std::string const& raw)
{
    auto* const signature = ECDSA_SIG_new();
    ECDSA_SIG_set0(signature, BN_bin2bn(bytes(raw), 32, nullptr), BN_bin2bn(bytes(raw) + 32, 32, nullptr));
    std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature, nullptr)), '\0');
    auto*       out = reinterpret_cast<unsigned char*>(der.data());
    i2d_ECDSA_SIG(signature, &out);
    ECDSA_SIG_free(signature);
    return der;
}

// One key and one signed text; lives as long as the program.
class Floor {
public:
    explicit Floor(peer::Task const& task) : algorithm_(task.alg)
    {
        auto const dot = task.text.rfind('.');
        input_         = task.text.substr(0, dot);
        signature_     = jose::base64url::decode(std::string_view(task.text).substr(dot + 1)).value_or("");
        if (algorithm_ == "HS256")
            prepare_hmac(task.key);
        else
            prepare_key(task.key);
    }
    Floor(Floor const&)            = delete;
    Floor& operator=(Floor const&) = delete;
    ~Floor()
    {
        EVP_MAC_CTX_free(mac_);
        EVP_PKEY_CTX_free(context_);
        EVP_PKEY_free(key_);
        EVP_MD_CTX_free(hasher_);
        EVP_MD_free(digest_);
    }

    bool verify()
    {
        if (mac_ != nullptr) return hmac();
        if (digest_ == nullptr) return edwards();
        unsigned size = 0;
        return EVP_DigestInit_ex2(hasher_, digest_, nullptr) == 1 &&
               EVP_DigestUpdate(hasher_, input_.data(), input_.size()) == 1 &&
               EVP_DigestFinal_ex(hasher_, hash_.data(), &size) == 1 &&
               EVP_PKEY_verify(context_, bytes(signature_), signature_.size(), hash_.data(), size) == 1;
    }

private:
    void prepare_hmac(std::string const& secret)
    {
        auto* const         mac    = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        std::array<char, 7> name   = {"SHA256"};
        std::array const    params = {OSSL_PARAM_construct_utf8_string("digest", name.data(), 0),
                                      OSSL_PARAM_construct_end()};
        mac_                       = EVP_MAC_CTX_new(mac);
        EVP_MAC_init(mac_, bytes(secret), secret.size(), params.data());
        EVP_MAC_free(mac);
    }
    void prepare_key(std::string const& text)
    {
        auto* const pem = BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
        key_            = PEM_read_bio_PUBKEY(pem, nullptr, nullptr, nullptr);
        BIO_free(pem);
        if (algorithm_ == "EdDSA") return;
        if (algorithm_ == "ES256") signature_ = as_der(signature_);
        digest_  = EVP_MD_fetch(nullptr, "SHA256", nullptr);
        hasher_  = EVP_MD_CTX_new();
        context_ = EVP_PKEY_CTX_new(key_, nullptr);
        EVP_PKEY_verify_init(context_);
        EVP_PKEY_CTX_set_signature_md(context_, digest_);
    }
    bool hmac()
    {
        std::size_t size = 0;
        return EVP_MAC_init(mac_, nullptr, 0, nullptr) == 1 &&
               EVP_MAC_update(mac_, bytes(input_), input_.size()) == 1 &&
               EVP_MAC_final(mac_, hash_.data(), &size, hash_.size()) == 1 && size == signature_.size() &&
               CRYPTO_memcmp(hash_.data(), signature_.data(), size) == 0;
    }
    bool edwards() const
    {
        auto* const context = EVP_MD_CTX_new();
        bool const  ok =
            EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key_) == 1 &&
            EVP_DigestVerify(context, bytes(signature_), signature_.size(), bytes(input_), input_.size()) == 1;
        EVP_MD_CTX_free(context);
        return ok;
    }

    std::string                   algorithm_;
    std::string                   input_;
    std::string                   signature_;
    EVP_MD*                       digest_  = nullptr;
    EVP_MD_CTX*                   hasher_  = nullptr;
    EVP_PKEY*                     key_     = nullptr;
    EVP_PKEY_CTX*                 context_ = nullptr;
    EVP_MAC_CTX*                  mac_     = nullptr;
    std::array<unsigned char, 32> hash_{};
};

peer::Verify load(peer::Task const& task)
{
    return [floor = std::make_shared<Floor>(task)](std::string const& /*token*/) { return floor->verify(); };
}

}  // namespace

int main(int argc, char** argv)
{
    return peer::serve(argc, argv,
                       {.name = "openssl", .version = OpenSSL_version(OPENSSL_VERSION_STRING), .load = load});
}
