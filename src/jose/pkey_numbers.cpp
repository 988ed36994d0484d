#include "jose/pkey_numbers.hpp"

#include <algorithm>
#include <vector>

#include "base/result.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

int selection_of(Half half)
{
    return half == Half::private_half ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
}

bool is_valid(EVP_PKEY* key, Half half)
{
    auto const context = owned<PkeyContext>(EVP_PKEY_CTX_new(key, nullptr));
    bool const good    = EVP_PKEY_public_check(context.get()) == 1 &&
                      (half == Half::public_half || EVP_PKEY_private_check(context.get()) == 1) &&
                      (half == Half::public_half || EVP_PKEY_pairwise_check(context.get()) == 1);
    if (!good) settle_errors();
    return good;
}

}  // namespace

Result<Pkey> make_rsa(Jwk const& jwk, Half half)
{
    auto const          builder = owned<ParamBuilder>(OSSL_PARAM_BLD_new());
    std::vector<Number> numbers;  // the builder keeps pointers to them
    auto const          push = [&](RsaNumber const& member) {
        numbers.push_back(to_number(jwk.numbers.find(member.jwk)->second.reveal()));
        return OSSL_PARAM_BLD_push_BN(builder.get(), member.openssl, numbers.back().get()) == 1;
    };
    bool const good =
        std::ranges::all_of(kRsaPublic, push) && (half == Half::public_half || std::ranges::all_of(kRsaPrivate, push));
    auto key = good ? make_pkey("RSA", selection_of(half), *builder) : nullptr;
    if (!key) return refuse(Errc::malformed_key, "not an RSA key");
    return key;
}

Result<Pkey> make_ec(char const* group, Jwk const& jwk, Half half)
{
    auto const x = TRY(jwk.number("x"));
    auto const y = TRY(jwk.number("y"));

    auto const        builder = owned<ParamBuilder>(OSSL_PARAM_BLD_new());
    std::string const point   = "\x04" + std::string(x) + std::string(y);
    bool              good =
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1;
    Number d;  // the builder keeps a pointer to it
    if (half == Half::private_half) {
        auto const d_bytes = TRY(jwk.number("d"));
        d                  = to_number(d_bytes);
        good               = good && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get()) == 1;
    }
    auto key = good ? make_pkey("EC", selection_of(half), *builder) : nullptr;
    if (!key || !is_valid(key.get(), half)) return refuse(Errc::malformed_key, "not a key of this curve");
    return key;
}

bool read_rsa(Jwk& jwk, EVP_PKEY const& key, Half half)
{
    auto const add = [&](RsaNumber const& member) {
        auto const number = number_of(key, member.openssl);
        if (number) jwk.set(member.jwk, number_bytes(*number));
        return number != nullptr;
    };
    return std::ranges::all_of(kRsaPublic, add) && (half == Half::public_half || std::ranges::all_of(kRsaPrivate, add));
}

bool read_ec(Jwk& jwk, EVP_PKEY const& key, std::size_t size, Half half)
{
    auto const add = [&](char const* name, char const* parameter) {
        auto const number = number_of(key, parameter);
        if (number) jwk.set(name, number_bytes(*number, size));
        return number != nullptr;
    };
    return add("x", OSSL_PKEY_PARAM_EC_PUB_X) && add("y", OSSL_PKEY_PARAM_EC_PUB_Y) &&
           (half == Half::public_half || add("d", OSSL_PKEY_PARAM_PRIV_KEY));
}

}  // namespace jose::detail
