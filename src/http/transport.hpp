// http/transport.hpp - bytes over one socket that does not block, in the clear or through TLS.
//
// TLS talks to the socket itself, without a buffer between: per request this is
// the difference between half of nginx and all of it.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "http/tls_context.hpp"

struct ssl_st;

namespace signet::http {

// Of one thread. Does not own the socket.
class Transport {
public:
    // So many TLS records may come without a byte of HTTP in them, in a handshake or after it. OpenSSL works all of
    // them off in one call: without a bound, a client that sends nothing but key updates keeps the thread (CHECKS E5).
    static constexpr int kMostIdleRecords = 64;

    enum class Outcome {
        done,
        wait_read,   // again when the socket can be read
        wait_write,  // again when it can be written
        closed,      // the peer has ended its side
        failed,      // reset, a broken record, a handshake that came to nothing
        plain_http,  // handshake() alone: the peer speaks HTTP without TLS. From now on so does this side
    };
    struct Progress {
        Outcome     outcome;
        std::size_t bytes = 0;
    };

    // Without `tls` in the clear. Throws std::runtime_error when OpenSSL has no memory left.
    Transport(int socket, TlsContext const& tls);
    Transport(Transport const&)            = delete;
    Transport& operator=(Transport const&) = delete;

    [[nodiscard]] bool secure() const { return session_ != nullptr; }

    [[nodiscard]] Outcome  handshake();
    [[nodiscard]] Progress read(std::span<char> room);
    [[nodiscard]] Progress write(std::string_view bytes);
    // Whether read() may give bytes although the socket has none.
    [[nodiscard]] bool     has_buffered() const;

    // Whether a byte of TLS has come.
    [[nodiscard]] bool has_received() const;
    // Whether it failed since too many records came that carry nothing.
    [[nodiscard]] bool is_flooded() const { return idle_records_ > kMostIdleRecords; }

    // Tells the peer that nothing follows. What it still sends can be read by discard().
    void                   shut_down_writing();
    // Reads what the peer sends before anything else, in the clear: not a byte more than `room` takes.
    [[nodiscard]] Progress read_bare(std::span<char> room) const;
    // Reads what the peer sends and forgets it, undeciphered.
    [[nodiscard]] Progress discard(std::span<char> scratch) const;

private:
    [[nodiscard]] Outcome outcome_of(int result) const;
    // What OpenSSL calls with each part of each message, ours and theirs.
    static void count_record(int sent, int version, int type, void const* bytes, std::size_t size, ssl_st* session,
                             void* self);

    struct FreeSession {
        void operator()(ssl_st* session) const;
    };
    int                                  socket_;
    int                                  idle_records_ = 0;
    std::unique_ptr<ssl_st, FreeSession> session_;
};

}  // namespace signet::http
