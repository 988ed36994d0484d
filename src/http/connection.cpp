#include "http/connection.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "http/responder.hpp"

namespace signet::http {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Outcome = Transport::Outcome;

namespace {

// Steps of one connection before the others of its core get their turn.
constexpr int kStepsPerTurn = 64;

// How long a connection that has been told to end is still read from, so that the client can read the answer before a
// reset takes it away (RFC 9112 9.6).
constexpr auto        kLinger        = 5s;
constexpr auto        kLingerAtDrain = 1s;
constexpr std::size_t kMostDiscarded = 32UL * 1024 * 1024;

// A write deadline for each of these: a larger answer may take longer.
constexpr std::size_t kBytesPerDeadline = 64UL * 1024;

}  // namespace

Connection::Connection(IoCore& core, Engine& engine, Arrival arrival)
    : core_(core),
      engine_(engine),
      socket_(std::move(arrival.socket)),
      admission_(std::move(arrival.admission)),
      address_(std::move(arrival.address)),
      from_proxy_(engine.proxies.contain(address_)),
      needs_tls_(!engine.options.listen.tls && !from_proxy_ && !core::ClientAddress{address_}.is_loopback()),
      transport_(socket_.native_handle(), engine.tls()),
      reader_(engine.options.limits)
{
}

void Connection::run()
{
    // An answer that comes while the handler is still on the stack is taken up by the loop below: however many requests
    // a client sends at once, the stack stays as deep as for one.
    if (std::exchange(running_, true)) return;
    auto const alive = shared_from_this();
    try {
        auto next  = Next::stop;
        int  steps = 0;
        do next = step();
        while (next == Next::go_on && ++steps < kStepsPerTurn);
        wait(next);
    } catch (std::exception const& error) {
        log::error("a connection failed", {{"why", error.what()}});
        close();
    }
    running_ = false;
}

void Connection::wait(Next for_what)
{
    auto const number = ++wait_number_;
    // Who is idle keeps its place among them, whatever else than a request comes: junk makes nobody look recent.
    if (for_what == Next::wait_read && is_idle())
        core_.begin_idle(idle_);
    else
        core_.end_idle(idle_);
    if (for_what == Next::wait_answer || for_what == Next::stop) return;

    auto resume = [self = shared_from_this(), number](boost::system::error_code = {}) {
        if (self->wait_number_ == number) self->run();
    };
    if (for_what == Next::go_on) {
        asio::post(core_.io(), std::move(resume));
        return;
    }
    using Socket = asio::ip::tcp::socket;
    socket_.async_wait(for_what == Next::wait_read ? Socket::wait_read : Socket::wait_write, std::move(resume));
}

bool Connection::is_idle() const
{
    if (phase_ == Phase::announcing) return announcement_.empty();
    if (phase_ == Phase::handshaking) return !transport_.has_received();
    return phase_ == Phase::reading && reader_.idle();
}

void Connection::stop_waiting()
{
    ++wait_number_;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

Connection::Next Connection::step()
{
    switch (phase_) {
        case Phase::announcing:
            return announce();
        case Phase::handshaking:
            return handshake();
        case Phase::reading:
            return read();
        case Phase::handling:
            return take_answer();
        case Phase::writing:
            return write();
        case Phase::streaming:
            return stream();
        case Phase::lingering:
            return linger();
        case Phase::closed:
            break;
    }
    return Next::stop;
}

Connection::Next Connection::read()
{
    if (late_) return refuse(kRequestTimeout);
    auto const state    = reader_.advance();
    // RFC 9110 7.4: unless it comes from a trusted gateway, a request for an https resource must be rejected when its
    // connection is not secured. The body, with its password, is left unread.
    bool const has_head = state == RequestReader::State::body || state == RequestReader::State::complete;
    if (needs_tls_ && has_head) return refuse(kTlsRequired);
    switch (state) {
        case RequestReader::State::complete:
            return handle();
        case RequestReader::State::refused:
            return refuse(reader_.refusal());
        case RequestReader::State::body:
            if (reader_.consume_expectation()) return send_continue();
            break;
        case RequestReader::State::head:
            break;
    }
    return read_more();
}

Connection::Next Connection::read_more()
{
    // The last read has emptied the socket: waiting at once saves a call that would only say so.
    if (!std::exchange(readable_, true)) {
        if (engine_.draining && reader_.idle()) return close();
        set_read_deadline();
        return Next::wait_read;
    }
    auto const room     = reader_.room();
    auto const progress = transport_.read(room);
    switch (progress.outcome) {
        case Outcome::done:
            reader_.received(progress.bytes);
            readable_ = progress.bytes == room.size() || transport_.has_buffered();
            return Next::go_on;
        case Outcome::wait_read:
            readable_ = false;
            return Next::go_on;
        case Outcome::wait_write:
            // TLS wants to say something first, for example that its keys have changed.
            set_read_deadline();
            return Next::wait_write;
        default:
            return end_session();
    }
}

void Connection::set_read_deadline()
{
    auto const& limits = engine_.options.limits;
    if (reader_.idle()) {
        if (std::exchange(read_deadline_, ReadDeadline::idle) != ReadDeadline::idle)
            core_.set_deadline(*this, limits.idle_deadline);
        return;
    }
    if (reader_.state() == RequestReader::State::head) {
        // Once: what trickles in does not earn more time (CHECKS E5).
        if (std::exchange(read_deadline_, ReadDeadline::head) != ReadDeadline::head)
            core_.set_deadline(*this, limits.header_deadline);
        return;
    }
    if (std::exchange(read_deadline_, ReadDeadline::body) != ReadDeadline::body)
        body_began_ = std::chrono::steady_clock::now();
    auto const earned = std::chrono::milliseconds{reader_.body_received() * 1000 / limits.body_bytes_per_second};
    core_.set_deadline(*this, body_began_ + limits.header_deadline + earned);
}

Connection::Next Connection::handle()
{
    auto& request = *reader_.request();
    request.peer.text =
        from_proxy_ ? engine_.proxies.client(address_, request, engine_.options.forwarded_header) : address_;
    phase_ = Phase::handling;
    core_.end_idle(idle_);
    answered_ = false;
    ++request_number_;
    // What was set for reading this request must not meet the next one, whose bytes may be here already.
    core_.clear_deadline(*this);
    call_handler();
    return take_answer();
}

Connection::Next Connection::take_answer()
{
    if (!answered_) return Next::wait_answer;
    if (!answer_) answer_ = failure("a handler did not answer", name(reader_.request()->method));
    auto response = std::move(*answer_);
    answer_.reset();
    return begin_answer(std::move(response));
}

void Connection::call_handler()
{
    try {
        engine_.handler(reader_.request(), make_responder(core_.shared_from_this(), weak_from_this(), request_number_));
    } catch (std::exception const& error) {
        // CHECKS E18. When it had answered before it threw, the client has what it needs.
        auto response = failure("a handler threw", error.what());
        if (!answer_) answer_ = std::move(response);
        answered_ = true;
    }
}

void Connection::answer(std::uint64_t number, std::optional<Response> response)
{
    if (phase_ != Phase::handling || number != request_number_ || answered_) return;
    // Unwinding lets go of the responder too; call_handler() then knows more.
    if (!response && running_ && std::uncaught_exceptions() > 0) return;
    answer_   = std::move(response);
    answered_ = true;
    run();
}

Response Connection::failure(std::string_view what, std::string_view why) const
{
    auto const id   = engine_.ids.next();
    auto const path = reader_.request() ? std::string_view{reader_.request()->path} : std::string_view{};
    log::error(what, {{"request", id}, {"path", path}, {"why", why}});
    return error_page(kInternal, id);
}

Response Connection::error_page(Refusal const& refusal, std::string_view id) const
{
    auto response = engine_.error_page(refusal.status, refusal.code);
    response.set("X-Request-Id", id);
    return response;
}

Connection::Next Connection::refuse(Refusal refusal)
{
    engine_.count_refused(refusal.code);
    auto const id = engine_.ids.next();
    log::debug("refused", {{"request", id}, {"code", refusal.code}, {"from", address_}});
    auto response  = error_page(refusal, id);
    response.close = true;
    return begin_answer(std::move(response));
}

Connection::Next Connection::begin_answer(Response response)
{
    bool const streams = response.stream != nullptr;
    if (!reader_.head_only()) stream_ = std::move(response.stream);
    ends_ = response.close || streams || !reader_.keep_alive() || engine_.draining;
    ResponseWriter::Ending const ending{.head_only = reader_.head_only(), .close = ends_, .open_ended = streams};
    if (!writer_.write(std::move(response), ending, core_.date_line())) {
        stream_.reset();
        auto failed = failure("an answer has a header that must not be sent", "");
        if (!writer_.write(std::move(failed), {.head_only = ending.head_only, .close = ends_}, core_.date_line()))
            return close();
    }
    if (stream_) attach_stream();
    informs_        = false;
    write_deadline_ = false;
    phase_          = Phase::writing;
    return Next::go_on;
}

Connection::Next Connection::send_continue()
{
    writer_.write_raw("HTTP/1.1 100 Continue\r\n\r\n");
    informs_        = true;
    write_deadline_ = false;
    phase_          = Phase::writing;
    return Next::go_on;
}

Connection::Next Connection::write()
{
    while (!writer_.unsent().empty()) {
        auto const progress = transport_.write(writer_.unsent());
        if (progress.outcome == Outcome::done) {
            writer_.sent(progress.bytes);
            continue;
        }
        if (progress.outcome != Outcome::wait_write && progress.outcome != Outcome::wait_read) return close();
        if (!std::exchange(write_deadline_, true))
            core_.set_deadline(*this, engine_.options.limits.write_deadline * (1 + writer_.size() / kBytesPerDeadline));
        return progress.outcome == Outcome::wait_write ? Next::wait_write : Next::wait_read;
    }
    return end_answer();
}

Connection::Next Connection::end_answer()
{
    writer_.clear();
    read_deadline_ = ReadDeadline::none;
    if (informs_) {
        phase_ = Phase::reading;
        return Next::go_on;
    }
    if (stream_) {
        phase_ = Phase::streaming;
        return Next::go_on;
    }
    if (ends_) return begin_lingering();
    reader_.next();
    phase_ = Phase::reading;
    return Next::go_on;
}

Connection::Next Connection::begin_lingering()
{
    transport_.shut_down_writing();
    phase_ = Phase::lingering;
    core_.set_deadline(*this, engine_.draining ? kLingerAtDrain : kLinger);
    return Next::go_on;
}

Connection::Next Connection::linger()
{
    auto const progress = transport_.discard(core_.scratch());
    if (progress.outcome == Outcome::wait_read) return Next::wait_read;
    discarded_ += progress.bytes;
    return progress.outcome == Outcome::done && discarded_ < kMostDiscarded ? Next::go_on : close();
}

Connection::Next Connection::close()
{
    if (std::exchange(phase_, Phase::closed) == Phase::closed) return Next::stop;
    core_.clear_deadline(*this);
    core_.end_idle(idle_);
    stop_waiting();
    boost::system::error_code ignored;
    socket_.close(ignored);
    admission_ = {};
    stream_.reset();
    core_.forget(*this);
    return Next::stop;
}

void Connection::on_deadline()
{
    auto const alive = shared_from_this();
    if (phase_ == Phase::handling) return;
    if (phase_ == Phase::reading && !reader_.idle()) {
        stop_waiting();
        late_ = true;
        run();
        return;
    }
    if (phase_ == Phase::reading) transport_.shut_down_writing();
    if (phase_ == Phase::writing) break_off();
    close();
}

// A client that does not read would keep the unsent answer in the kernel: with a reset, it goes at once.
Connection::Next Connection::break_off()
{
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    return close();
}

void Connection::drain()
{
    auto const alive = shared_from_this();
    if (phase_ == Phase::lingering) core_.set_deadline(*this, kLingerAtDrain);
    if (phase_ == Phase::reading && reader_.idle()) {
        transport_.shut_down_writing();
        close();
    }
    if (phase_ == Phase::announcing || phase_ == Phase::handshaking) close();
    if (stream_) end_stream();
}

void Connection::yield()
{
    auto const alive = shared_from_this();
    engine_.count_yielded();
    transport_.shut_down_writing();
    close();
}

void Connection::cut_off()
{
    auto const alive = shared_from_this();
    if (phase_ != Phase::lingering) ++engine_.cut_off;
    close();
}

}  // namespace signet::http
