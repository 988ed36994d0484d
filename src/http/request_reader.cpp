#include "http/request_reader.hpp"

#include <string.h>

#include <algorithm>

namespace signet::http {

namespace {

constexpr std::size_t kFirstBuffer  = 4UL * 1024;
constexpr std::size_t kLeastRoom    = 1024;
constexpr std::size_t kUsualHeaders = 32;

// Bodies hold passwords and tokens.
void wipe(Request& request)
{
    if (request.body.empty()) return;
    ::explicit_bzero(request.body.data(), request.body.size());
    request.body.clear();
}

std::shared_ptr<Request> make_request()
{
    return {new Request, [](Request* request) {
                wipe(*request);
                delete request;
            }};
}

// Whether nobody else holds `request` any more, so that its memory may serve the next one.
bool is_ours_alone(std::shared_ptr<Request>& request)
{
    if (request.use_count() != 1) return false;
    // use_count() alone does not order what another thread did before it let go; counting up and down does.
    std::shared_ptr<Request>{request}.reset();
    return true;
}

}  // namespace

std::span<char> RequestReader::room()
{
    if (begin_ == end_) begin_ = end_ = 0;
    if (buffer_.size() - end_ < kLeastRoom && begin_ != 0) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() - end_ < kLeastRoom) buffer_.resize(std::max(kFirstBuffer, buffer_.size() * 2));
    return std::span{buffer_}.subspan(end_);
}

RequestReader::State RequestReader::advance()
{
    if (state_ == State::head) advance_head();
    if (state_ == State::body) advance_body();
    return state_;
}

void RequestReader::advance_head()
{
    // RFC 9112 2.2: a server should ignore one empty line before the request line.
    if (!blank_line_seen_ && unread().starts_with("\r\n")) {
        blank_line_seen_ = true;
        begin_ += 2;
        head_.reset();
    }
    auto const size = head_.scan(unread());
    if (!size) return refuse(size.error());
    if (!*size) return;
    if (auto const refusal = begin_request(unread().substr(0, **size))) return refuse(*refusal);
    consume(**size);
    state_ = State::body;
}

std::optional<Refusal> RequestReader::begin_request(std::string_view head)
{
    if (!request_) request_ = make_request();
    auto const framing = parse_head(head, *request_);
    if (!framing) return framing.error();
    framing_ = *framing;
    if (framing_.content_length > limits_.body_bytes) return kPayloadTooLarge;
    head_only_ = request_->method == Method::head;
    return std::nullopt;
}

void RequestReader::advance_body()
{
    auto& body = request_->body;
    if (!framing_.chunked) {
        auto const piece = unread().substr(0, framing_.content_length - body.size());
        body.append(piece);
        consume(piece.size());
        if (body.size() == framing_.content_length) state_ = State::complete;
        return;
    }
    auto const progress = chunks_.decode(unread(), body, limits_.body_bytes);
    if (!progress) return refuse(progress.error());
    consume(progress->consumed);
    if (progress->complete) state_ = State::complete;
}

bool RequestReader::consume_expectation()
{
    // RFC 9110 10.1.1: no 100 when some of the body is here already.
    bool const waits = state_ == State::body && framing_.expects_continue && begin_ == end_ && request_->body.empty();
    framing_.expects_continue = false;
    return waits;
}

bool RequestReader::is_large() const
{
    // The buffer grows for heads alone.
    return buffer_.size() > kFirstBuffer || request_->body.capacity() > kFirstBuffer ||
           request_->headers.capacity() > kUsualHeaders;
}

void RequestReader::next()
{
    // Between two requests a connection holds what a usual one needs, whatever the last one was.
    if (request_ && !is_large() && is_ours_alone(request_))
        wipe(*request_);
    else
        request_.reset();

    if (begin_ == end_ && buffer_.size() > kFirstBuffer) {
        buffer_.resize(kFirstBuffer);
        buffer_.shrink_to_fit();
        begin_ = end_ = 0;
    }
    head_.reset();
    chunks_          = {};
    framing_         = {};
    state_           = State::head;
    blank_line_seen_ = false;
    head_only_       = false;
}

void RequestReader::consume(std::size_t bytes)
{
    if (state_ == State::body) ::explicit_bzero(buffer_.data() + begin_, bytes);
    begin_ += bytes;
}

void RequestReader::refuse(Refusal refusal)
{
    // A head that was refused unread; the bytes of a body may spell anything.
    if (state_ == State::head) head_only_ = unread().starts_with("HEAD ");
    refusal_ = refusal;
    state_   = State::refused;
    framing_ = {};
}

}  // namespace signet::http
