#include "http/chunked_body.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "http/request_head.hpp"

namespace signet::http {

namespace {

constexpr std::size_t kMostSizeDigits = 8;

// The line at the front of `text` without its CRLF; nullopt while its end is missing.
std::expected<std::optional<std::string_view>, Refusal> find_line(std::string_view text)
{
    auto const end = text.substr(0, ChunkedBody::kLongestLine).find('\n');
    if (end == std::string_view::npos) {
        if (text.size() >= ChunkedBody::kLongestLine) return std::unexpected(kBadRequest);
        return std::nullopt;
    }
    if (end == 0 || text[end - 1] != '\r') return std::unexpected(kBadRequest);
    auto const line = text.substr(0, end - 1);
    if (!is_clean_line(line)) return std::unexpected(kBadRequest);
    return line;
}

}  // namespace

std::expected<ChunkedBody::Progress, Refusal> ChunkedBody::decode(std::string_view text, std::string& body,
                                                                  std::size_t body_limit)
{
    std::size_t at = 0;
    while (expect_ != Expect::nothing) {
        if (expect_ == Expect::data) {
            auto const piece = text.substr(at, chunk_left_);
            body.append(piece);
            at += piece.size();
            chunk_left_ -= piece.size();
            if (chunk_left_ != 0) break;
            expect_ = Expect::data_end;
        }
        auto const line = TRY(find_line(text.substr(at)));
        if (!line) break;
        at += line->size() + 2;
        switch (expect_) {
            case Expect::size:
                TRY(take_size(*line, body_limit - std::min(body_limit, body.size())));
                break;
            case Expect::trailer:
                TRY(take_trailer(*line));
                break;
            default:
                if (!line->empty()) return std::unexpected(kBadRequest);
                expect_ = Expect::size;
        }
    }
    return Progress{.consumed = at, .complete = expect_ == Expect::nothing};
}

std::expected<void, Refusal> ChunkedBody::take_size(std::string_view line, std::size_t room)
{
    std::uint64_t size      = 0;
    auto const [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    auto const digits       = static_cast<std::size_t>(end - line.data());
    if (error != std::errc{} || digits > kMostSizeDigits) return std::unexpected(kBadRequest);

    // RFC 9112 7.1.1: extensions that mean nothing to us are ignored, and bounded.
    auto const extension = line.substr(digits);
    auto const first     = extension.find_first_not_of(" \t");
    if (!extension.empty() && (first == std::string_view::npos || extension[first] != ';'))
        return std::unexpected(kBadRequest);
    extensions_ += extension.size();
    if (extensions_ > kLongestExtensions) return std::unexpected(kBadRequest);

    if (size > room) return std::unexpected(kPayloadTooLarge);
    chunk_left_ = size;
    expect_     = size == 0 ? Expect::trailer : Expect::data;
    return {};
}

std::expected<void, Refusal> ChunkedBody::take_trailer(std::string_view line)
{
    if (line.empty()) {
        expect_ = Expect::nothing;
        return {};
    }
    trailers_ += line.size() + 2;
    if (trailers_ > kLongestTrailers) return std::unexpected(kHeaderTooLarge);

    auto const name = line.substr(0, line.find(':'));
    if (name.size() == line.size() || !is_token(name)) return std::unexpected(kBadRequest);
    return {};
}

}  // namespace signet::http
