// http/testing/status_list_reader.hpp - a status list as one who relies on it reads it: draft-ietf-oauth-status-list 4
// and 8.3. For tests.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.hpp"
#include "http/compression.hpp"
#include "jose/base64url.hpp"

namespace signet::http::testing {

class StatusListReader {
public:
    // No list that anybody needs is larger, whatever it is packed to.
    static constexpr std::size_t kMostBytes = std::size_t{1} << 20;

    // The value of "status_list"; nullopt when it is none.
    [[nodiscard]] static std::optional<StatusListReader> parse(json::Value list, std::size_t most = kMostBytes)
    {
        auto const bits = list.find("bits");
        auto const lst  = list.find("lst");
        if (!bits || !lst || !bits->integer() || !lst->string()) return std::nullopt;
        auto const width = *bits->integer();
        if (width != 1 && width != 2 && width != 4 && width != 8) return std::nullopt;
        auto const packed = jose::base64url::decode(*lst->string());
        if (!packed) return std::nullopt;
        try {
            return StatusListReader{static_cast<unsigned>(width), decompress(*packed, Wrapper::zlib, most)};
        } catch (std::runtime_error const&) {
            return std::nullopt;
        }
    }

    [[nodiscard]] std::size_t size() const { return bytes_.size() * 8 / bits_; }

    // nullopt out of range: whoever asks must refuse the token (8.3, step 6).
    [[nodiscard]] std::optional<unsigned> find(std::uint64_t index) const
    {
        if (index >= size()) return std::nullopt;
        auto const byte  = static_cast<unsigned char>(bytes_[index * bits_ / 8]);
        auto const shift = index * bits_ % 8;
        return byte >> shift & ((1U << bits_) - 1);
    }

private:
    StatusListReader(unsigned bits, std::string bytes) : bits_(bits), bytes_(std::move(bytes)) {}

    unsigned    bits_;
    std::string bytes_;
};

}  // namespace signet::http::testing
