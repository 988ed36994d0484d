#include "core/password_hash_fields.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>

namespace signet::core {
namespace {

constexpr std::size_t kMaxFields = 8;

}  // namespace

std::vector<std::string_view> split_fields(std::string_view text, char separator)
{
    std::vector<std::string_view> fields;
    while (fields.size() + 1 < kMaxFields) {
        auto const end = text.find(separator);
        fields.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return fields;
        text.remove_prefix(end + 1);
    }
    fields.push_back(text);
    return fields;
}

std::optional<std::uint32_t> parse_decimal(std::string_view text)
{
    std::uint32_t value = 0;
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::uint32_t> parse_parameter(std::string_view text, std::string_view name)
{
    if (!text.starts_with(name) || text.size() == name.size() || text[name.size()] != '=') return std::nullopt;
    return parse_decimal(text.substr(name.size() + 1));
}

std::optional<std::string> decode_base64(std::string_view text, Base64 form, std::size_t most)
{
    std::string standard{text};
    if (form == Base64::dotted_unpadded) {
        if (text.find('+') != std::string_view::npos) return std::nullopt;
        std::ranges::replace(standard, '.', '+');
    }
    std::string bytes(most, '\0');
    std::size_t size = 0;
    int const   variant =
        form == Base64::padded ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
    // Without `ignore` and `end`, anything left over is an error.
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), standard.data(),
                          standard.size(), nullptr, &size, nullptr, variant) != 0)
        return std::nullopt;
    bytes.resize(size);
    return bytes;
}

}  // namespace signet::core
