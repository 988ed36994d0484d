#include "http/transport.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>

namespace signet::http {

namespace {

using Outcome  = Transport::Outcome;
using Progress = Transport::Progress;

Progress progress_of(ssize_t result, Outcome when_not_ready)
{
    if (result > 0) return {Outcome::done, static_cast<std::size_t>(result)};
    if (result == 0) return {Outcome::closed};
    return {errno == EAGAIN || errno == EWOULDBLOCK ? when_not_ready : Outcome::failed};
}

Progress receive(int socket, std::span<char> room)
{
    ssize_t result = 0;
    do result = ::recv(socket, room.data(), room.size(), 0);
    while (result < 0 && errno == EINTR);
    return progress_of(result, Outcome::wait_read);
}

}  // namespace

void Transport::FreeSession::operator()(ssl_st* session) const
{
    SSL_free(session);
}

Transport::Transport(int socket, TlsContext const& tls) : socket_(socket)
{
    if (!tls) return;
    session_.reset(SSL_new(tls.get()));
    if (!session_ || SSL_set_fd(session_.get(), socket) != 1) throw std::runtime_error("cannot begin a TLS session");
    SSL_set_accept_state(session_.get());
    SSL_set_msg_callback(session_.get(), &Transport::count_record);
    SSL_set_msg_callback_arg(session_.get(), this);
}

void Transport::count_record(int sent, int /*version*/, int type, void const* /*bytes*/, std::size_t /*size*/,
                             ssl_st* session, void* self)
{
    if (sent != 0 || type != SSL3_RT_HEADER) return;
    auto& transport = *static_cast<Transport*>(self);
    ++transport.idle_records_;
    // To OpenSSL the peer has then ended its side: it looks at no record behind this one.
    if (transport.is_flooded()) SSL_set_shutdown(session, SSL_RECEIVED_SHUTDOWN);
}

Outcome Transport::handshake()
{
    if (!session_) return Outcome::done;
    ERR_clear_error();
    auto const result = SSL_do_handshake(session_.get());
    if (result == 1) return Outcome::done;
    auto const outcome = outcome_of(result);
    if (outcome != Outcome::failed || ERR_GET_REASON(ERR_peek_error()) != SSL_R_HTTP_REQUEST) return outcome;
    session_.reset();
    return Outcome::plain_http;
}

Progress Transport::read(std::span<char> room)
{
    if (!session_) return receive(socket_, room);
    ERR_clear_error();
    std::size_t bytes  = 0;
    auto const  result = SSL_read_ex(session_.get(), room.data(), room.size(), &bytes);
    if (result != 1) return {outcome_of(result)};
    idle_records_ = 0;
    return {Outcome::done, bytes};
}

Progress Transport::write(std::string_view bytes)
{
    if (!session_) {
        ssize_t result = 0;
        do result = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        while (result < 0 && errno == EINTR);
        return progress_of(result, Outcome::wait_write);
    }
    ERR_clear_error();
    std::size_t written = 0;
    auto const  result  = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &written);
    if (result == 1) return {Outcome::done, written};
    return {outcome_of(result)};
}

bool Transport::has_buffered() const
{
    return session_ && SSL_has_pending(session_.get()) == 1;
}

bool Transport::has_received() const
{
    return session_ && BIO_number_read(SSL_get_rbio(session_.get())) != 0;
}

void Transport::shut_down_writing()
{
    // close_notify, when the session is fit to send one; whether it could be sent changes nothing here.
    if (session_ && SSL_is_init_finished(session_.get()) == 1) SSL_shutdown(session_.get());
    ERR_clear_error();
    ::shutdown(socket_, SHUT_WR);
}

Progress Transport::read_bare(std::span<char> room) const
{
    return receive(socket_, room);
}

Progress Transport::discard(std::span<char> scratch) const
{
    return receive(socket_, scratch);
}

Outcome Transport::outcome_of(int result) const
{
    switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return Outcome::wait_read;
        case SSL_ERROR_WANT_WRITE:
            return Outcome::wait_write;
        case SSL_ERROR_ZERO_RETURN:
            return Outcome::closed;
        default:
            return Outcome::failed;
    }
}

}  // namespace signet::http
