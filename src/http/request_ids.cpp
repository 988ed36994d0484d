#include "http/request_ids.hpp"

#include <array>
#include <charconv>

namespace signet::http {

RequestIds::RequestIds(Random& random)
{
    constexpr std::string_view  kDigits = "0123456789abcdef";
    std::array<std::uint8_t, 4> start{};
    random.fill(start);
    for (auto const byte : start) {
        prefix_ += kDigits[byte >> 4];
        prefix_ += kDigits[byte & 15];
    }
    prefix_ += '-';
}

std::string RequestIds::next()
{
    std::array<char, 16> digits;
    auto const           number = count_.fetch_add(1, std::memory_order_relaxed);
    auto const           end    = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return std::string{prefix_}.append(digits.data(), end);
}

}  // namespace signet::http
