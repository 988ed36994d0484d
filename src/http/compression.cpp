#include "http/compression.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>

namespace signet::http {
namespace {

constexpr std::size_t kLarge = 1024UL * 1024;
constexpr std::size_t kRoom  = 64UL * 1024;

// zlib's windowBits: 15, and 16 more for gzip.
int window_bits(Wrapper wrapper)
{
    return wrapper == Wrapper::gzip ? 15 + 16 : 15;
}

void set_input(z_stream& stream, std::string_view& rest)
{
    auto const size = std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max());
    // zlib reads through a pointer to non-const, unless ZLIB_CONST.
    stream.next_in  = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
    stream.avail_in = static_cast<uInt>(size);
    rest.remove_prefix(size);
}

// Calls `step` until it says that it is done, with room for what it gives: `most` bytes.
template <class Step>
std::string run(z_stream& stream, std::string_view rest, std::size_t most, Step step)
{
    std::string out;
    int         code = Z_OK;
    while (code == Z_OK) {
        if (stream.avail_in == 0 && !rest.empty()) set_input(stream, rest);
        auto const have = out.size();
        // One byte more says that it is too much.
        out.resize(have + std::min(std::max(kRoom, have / 2), most - have + 1));
        auto const room  = std::min<std::size_t>(out.size() - have, std::numeric_limits<uInt>::max());
        stream.next_out  = reinterpret_cast<Bytef*>(out.data() + have);
        stream.avail_out = static_cast<uInt>(room);
        code             = step(rest.empty() ? Z_FINISH : Z_NO_FLUSH);
        out.resize(have + room - stream.avail_out);
        if (out.size() > most) throw std::runtime_error("the bytes are larger than they may be");
        // More room, or more input, is all that it wants.
        if (code == Z_BUF_ERROR && (stream.avail_out == 0 || !rest.empty())) code = Z_OK;
    }
    if (code != Z_STREAM_END) throw std::runtime_error("the bytes are not compressed as they should be");
    return out;
}

}  // namespace

std::string compress(std::string_view text, Wrapper wrapper)
{
    constexpr int kMemory = 8;  // zlib's own choice
    z_stream      stream{};
    int const     level = text.size() < kLarge ? Z_DEFAULT_COMPRESSION : Z_BEST_SPEED;
    if (deflateInit2(&stream, level, Z_DEFLATED, window_bits(wrapper), kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc{};
    struct End {
        z_stream& stream;
        ~End() { deflateEnd(&stream); }
    } const end{stream};
    return run(stream, text, kLargestText, [&](int flush) { return deflate(&stream, flush); });
}

std::string decompress(std::string_view bytes, Wrapper wrapper, std::size_t most)
{
    z_stream stream{};
    if (inflateInit2(&stream, window_bits(wrapper)) != Z_OK) throw std::bad_alloc{};
    struct End {
        z_stream& stream;
        ~End() { inflateEnd(&stream); }
    } const end{stream};
    return run(stream, bytes, most, [&](int) { return inflate(&stream, Z_NO_FLUSH); });
}

}  // namespace signet::http
