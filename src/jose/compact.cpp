#include "jose/compact.hpp"

#include "jose/refuse.hpp"

namespace jose::detail {

Result<Compact> split_compact(std::string_view text, std::size_t max_bytes)
{
    if (text.size() > max_bytes) return refuse_size(text.size(), max_bytes);
    auto const first = text.find('.');
    if (first == text.npos) return refuse(Errc::malformed_token, "no dot");
    auto const second = text.find('.', first + 1);
    if (second == text.npos) return refuse(Errc::malformed_token, "two parts");

    Compact const out{.header        = text.substr(0, first),
                      .payload       = text.substr(first + 1, second - first - 1),
                      .signature     = text.substr(second + 1),
                      .signing_input = text.substr(0, second)};
    if (out.signature.find('.') != text.npos) return refuse(Errc::malformed_token, "more than three parts");
    if (out.header.empty()) return refuse(Errc::malformed_token, "an empty header");
    if (out.signature.empty()) return refuse(Errc::malformed_token, "an empty signature");
    return out;
}

}  // namespace jose::detail
