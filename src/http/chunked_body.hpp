// http/chunked_body.hpp - a body sent in chunks, put together. RFC 9112 7.1.
//
// NB: not Beast's: its parser asserts on a last chunk that comes byte by byte
// ("0\r\n\r"), lets control characters into extensions, and bounds neither
// extensions nor trailers.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "http/refusal.hpp"

namespace signet::http {

class ChunkedBody {
public:
    // Bytes of one line, of all chunk extensions, and of the trailers.
    static constexpr std::size_t kLongestLine       = 256;
    static constexpr std::size_t kLongestExtensions = 1024;
    static constexpr std::size_t kLongestTrailers   = 2048;

    struct Progress {
        std::size_t consumed;  // bytes of the text that are done with
        bool        complete;
    };

    // Takes what it can from `text`, appending the data of chunks to `body`. What it leaves must come again with more
    // behind it. Extensions and trailers are checked and dropped.
    //
    // Refuses wrong framing, a line end that is not CRLF, and a line over its limit with 400; a body that would grow
    // over `body_limit` with 413, by the chunk's announced size; trailers over their limit with 431.
    [[nodiscard]] std::expected<Progress, Refusal> decode(std::string_view text, std::string& body,
                                                          std::size_t body_limit);

private:
    enum class Expect { size, data, data_end, trailer, nothing };

    [[nodiscard]] std::expected<void, Refusal> take_size(std::string_view line, std::size_t room);
    [[nodiscard]] std::expected<void, Refusal> take_trailer(std::string_view line);

    Expect      expect_     = Expect::size;
    std::size_t chunk_left_ = 0;
    std::size_t extensions_ = 0;
    std::size_t trailers_   = 0;
};

}  // namespace signet::http
