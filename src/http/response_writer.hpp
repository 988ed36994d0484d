// http/response_writer.hpp - an answer to bytes, in one buffer that is used again.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace signet::http {

class ResponseWriter {
public:
    // What the answer's end looks like on this connection.
    struct Ending {
        bool head_only  = false;  // to a HEAD: Content-Length, no body
        bool close      = false;
        bool open_ended = false;  // more follows: no Content-Length
    };

    // Takes `response` in; `date_line` is DateLine's. False, and nothing written, when a header holds a CR, LF, NUL, or
    // other control character, a name is no token, or a header is one of those that only the server sets: that could be
    // a second answer of a stranger's making.
    [[nodiscard]] bool write(Response response, Ending ending, std::string_view date_line);
    // Bytes as they are.
    void               write_raw(std::string_view bytes);

    // What is still to be sent, the longest piece that lies together; empty when all is.
    [[nodiscard]] std::string_view unsent() const { return sent_ < head_.size() ? head_part() : tail_; }
    void                           sent(std::size_t bytes);
    // Bytes altogether, sent or not.
    [[nodiscard]] std::size_t      size() const { return head_.size() + body_.size(); }

    // Forgets all of it, and gives back memory beyond what a usual answer needs.
    void clear();

private:
    [[nodiscard]] std::string_view head_part() const { return std::string_view{head_}.substr(sent_); }

    std::string                 head_;  // status line, headers, and as much of the body as fits a TLS record
    std::size_t                 sent_ = 0;
    std::string                 body_;  // keeps the tail alive, or this:
    std::shared_ptr<void const> body_owner_;
    std::string_view            tail_;  // of the body
};

// RFC 9110 15: "Not Found" for 404; "Status" for what has no name here.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace signet::http
