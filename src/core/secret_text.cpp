#include "core/secret_text.hpp"

#include <openssl/crypto.h>

#include "jose/base64url.hpp"

namespace signet::core {

SecretString encode_secret(std::string_view prefix, std::string bytes)
{
    auto        encoded = jose::base64url::encode(bytes);
    std::string text;
    text.reserve(prefix.size() + encoded.size());
    text.append(prefix).append(encoded);
    SecretString secret{text};
    for (auto* const copy : {&bytes, &encoded, &text}) OPENSSL_cleanse(copy->data(), copy->size());
    return secret;
}

}  // namespace signet::core
