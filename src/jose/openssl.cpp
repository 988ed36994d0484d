#include "jose/openssl.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "jose/base64url.hpp"

namespace jose::detail {

void settle_errors()
{
    bool out_of_memory = false;
    while (auto const error = ERR_get_error())
        out_of_memory = out_of_memory || ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
    if (out_of_memory) throw std::bad_alloc{};
}

Pkey make_pkey(char const* type, int selection, OSSL_PARAM_BLD& builder)
{
    auto const params  = owned<Params>(OSSL_PARAM_BLD_to_param(&builder));
    auto const context = owned<PkeyContext>(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY*  key     = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) {
        EVP_PKEY_free(key);
        settle_errors();
        return nullptr;
    }
    return Pkey{key};
}

Number number_of(EVP_PKEY const& key, char const* parameter)
{
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(&key, parameter, &number) != 1) {
        settle_errors();
        return nullptr;
    }
    return Number{number};
}

std::string number_bytes(BIGNUM const& number, std::size_t size)
{
    auto const  least = static_cast<std::size_t>(BN_num_bytes(&number));
    std::string out(std::max(size, least), '\0');
    BN_bn2binpad(&number, bytes(out), static_cast<int>(out.size()));
    return out;
}

std::string encoded_number(EVP_PKEY const& key, char const* parameter, std::size_t size)
{
    auto const number = owned<Number>(number_of(key, parameter).release());
    auto       raw    = number_bytes(*number, size);
    auto       out    = base64url::encode(std::string_view{raw});  // not const: a copy would stay behind
    OPENSSL_cleanse(raw.data(), raw.size());
    return out;
}

}  // namespace jose::detail
