// http/stream.hpp - an answer that goes on: what one client is sent as it comes, from whatever thread.
//
//     push() ─▶ │ waiting pieces │ ─▶ take() ─▶ the connection
//
// Knows:  how much may wait for a client that does not read.
// Knows nothing of:  what the pieces say, sockets.
#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace signet::http {

// What many are sent is one text.
using Piece = std::shared_ptr<std::string const>;

// Both sides of one stream; ended by either. Thread-safe.
class Stream {
public:
    enum class Ending {
        none,
        finished,  // what waits is still sent
        broken,    // nothing more is
    };

    // With more than `most_waiting` bytes in it a stream breaks: who does not read must come again (CHECKS E6).
    // `on_end` is called once, by the thread that ends it, holding no lock; it must not throw.
    Stream(std::size_t most_waiting, std::function<void()> on_end);

    // The writer's side. After the end they do nothing.
    void push(Piece piece);
    void finish() { end(Ending::finished); }

    // The connection's side. `wake` is called when there is something to take, or the end has come: from any thread,
    // holding no lock, and but for the end not again before the next take().
    void               attach(std::function<void()> wake);
    // Appends whole pieces to `bytes` until it has `enough`. Gives whether and how the stream has ended once no piece
    // is left.
    Ending             take(std::string& bytes, std::size_t enough);
    // Whether it ended without sending what waited.
    [[nodiscard]] bool is_broken() const;
    // The connection is gone.
    void               leave() { end(Ending::broken); }

private:
    void end(Ending how);
    void tell();

    std::size_t const     most_waiting_;
    mutable std::mutex    mutex_;  // guards what follows
    std::function<void()> on_end_;
    std::function<void()> wake_;
    bool                  told_ = false;  // wake_ was called since the last take()
    std::deque<Piece>     pieces_;
    std::size_t           waiting_ = 0;  // bytes in pieces_
    Ending                ending_  = Ending::none;
};

// The connection's hold on a stream: with the last copy the stream ends, whether or not it was ever attached.
class StreamHold {
public:
    explicit StreamHold(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
    ~StreamHold() { stream_->leave(); }
    StreamHold(StreamHold const&)            = delete;
    StreamHold& operator=(StreamHold const&) = delete;

    [[nodiscard]] Stream& stream() const { return *stream_; }

private:
    std::shared_ptr<Stream> stream_;
};

}  // namespace signet::http
