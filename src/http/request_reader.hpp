// http/request_reader.hpp - one connection's bytes to its requests, one after the other.
//
// Knows:  framing, limits.
// Knows nothing of:  sockets, TLS, time.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "http/chunked_body.hpp"
#include "http/head_parser.hpp"
#include "http/message.hpp"
#include "http/refusal.hpp"
#include "http/request_head.hpp"
#include "http/server.hpp"

namespace signet::http {

// Holds at most one head's limit of unread bytes, and one body's limit of body.
class RequestReader {
public:
    enum class State { head, body, complete, refused };

    // `limits` must live as long as this.
    explicit RequestReader(Limits const& limits) : limits_(limits), head_(limits) {}

    // Where the next bytes go; received() says how many came.
    [[nodiscard]] std::span<char> room();
    void                          received(std::size_t bytes) { end_ += bytes; }

    // Reads as far as the bytes reach. `complete` and `refused` stay until next().
    State advance();

    // The complete request, to be finished with the peer and handed on.
    [[nodiscard]] std::shared_ptr<Request> const& request() const { return request_; }
    [[nodiscard]] bool                            keep_alive() const { return framing_.keep_alive; }
    [[nodiscard]] Refusal                         refusal() const { return refusal_; }

    // No byte of a next request is here.
    [[nodiscard]] bool        idle() const { return state_ == State::head && begin_ == end_; }
    [[nodiscard]] State       state() const { return state_; }
    // Whether the client waits for "100 Continue" before it sends its body. True once.
    [[nodiscard]] bool        consume_expectation();
    [[nodiscard]] std::size_t body_received() const { return request_ ? request_->body.size() : 0; }
    // Whether the request, complete or refused, is a HEAD: its answer must have no body.
    [[nodiscard]] bool        head_only() const { return head_only_; }

    // On to the next request, whose first bytes may be here already.
    void next();

private:
    [[nodiscard]] std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }

    [[nodiscard]] bool     is_large() const;
    void                   advance_head();
    void                   advance_body();
    std::optional<Refusal> begin_request(std::string_view head);
    void                   consume(std::size_t bytes);
    void                   refuse(Refusal refusal);

    Limits const&            limits_;
    std::vector<char>        buffer_;
    std::size_t              begin_ = 0;
    std::size_t              end_   = 0;
    RequestHead              head_;
    State                    state_ = State::head;
    Framing                  framing_;
    ChunkedBody              chunks_;
    std::shared_ptr<Request> request_;
    Refusal                  refusal_{};
    bool                     blank_line_seen_ = false;
    bool                     head_only_       = false;
};

}  // namespace signet::http
