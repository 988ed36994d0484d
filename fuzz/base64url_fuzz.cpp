// What decodes, encodes back to the very same text; and every byte string survives the round.
#include <cstdlib>
#include <string_view>

#include "jose/base64url.hpp"

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const             bytes = jose::base64url::decode(text);
    if (bytes && jose::base64url::encode(*bytes) != text) std::abort();
    if (jose::base64url::decode(jose::base64url::encode(text)) != text) std::abort();
    return 0;
}
