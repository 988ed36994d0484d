// jose/openssl.hpp - OpenSSL's objects with an owner, and numbers in and out.
#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace jose::detail {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const
    {
        Free(object);
    }
};

using Pkey         = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using PkeyContext  = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Digest       = std::unique_ptr<EVP_MD, Freed<EVP_MD_free>>;
using DigestState  = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Number       = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Params       = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

// OpenSSL gives nullptr only when memory is out; a key or context that cannot
// even be made is not a refusal.
template <class Owner, class T>
[[nodiscard]] Owner owned(T* object)
{
    if (object == nullptr) throw std::bad_alloc{};
    return Owner{object};
}

// For calls that fail only when memory is out.
inline void must(int done)
{
    if (done != 1) throw std::bad_alloc{};
}

// Before calls of which settle_errors() will judge: what earlier ones left in this
// thread's queue of errors, even one that went well in the end, is not theirs.
inline void forget_errors()
{
    if (ERR_peek_error() != 0) ERR_clear_error();  // NB: clearing goes through every slot, even of an empty queue
}

// After a call that failed, before settle_errors(): whether this is where it failed.
[[nodiscard]] inline bool first_error_is(int library, int reason)
{
    auto const error = ERR_peek_error();
    return ERR_GET_LIB(error) == library && ERR_GET_REASON(error) == reason;
}

// After a call that failed: empties the queue. Throws std::bad_alloc when one of the
// errors is a lack of memory, so that no verdict rests on it.
void settle_errors();

[[nodiscard]] inline unsigned char const* bytes(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}
[[nodiscard]] inline unsigned char* bytes(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

// A number whose copies OpenSSL wipes.
[[nodiscard]] inline Number to_number(std::string_view big_endian)
{
    auto number = owned<Number>(BN_secure_new());
    if (BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), number.get()) == nullptr)
        throw std::bad_alloc{};
    return number;
}

// A digest by its name in an algorithm's row, fetched once by the caller.
[[nodiscard]] inline Digest fetch_digest(char const* name)
{
    return owned<Digest>(EVP_MD_fetch(nullptr, name, nullptr));
}

// A key out of the parameters pushed; nullptr when OpenSSL refuses them.
[[nodiscard]] Pkey make_pkey(char const* type, int selection, OSSL_PARAM_BLD& builder);

// A number that the key has, as base64url: with `size`, padded to that many bytes.
[[nodiscard]] std::string encoded_number(EVP_PKEY const& key, char const* parameter, std::size_t size = 0);
// nullptr when the key has none.
[[nodiscard]] Number      number_of(EVP_PKEY const& key, char const* parameter);
// Its big-endian bytes; the caller wipes them where they are secret.
[[nodiscard]] std::string number_bytes(BIGNUM const& number, std::size_t size = 0);

}  // namespace jose::detail
