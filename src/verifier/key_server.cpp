#include "verifier/key_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace signet {
namespace {

std::string read_request(int connection)
{
    std::string text;
    char        bytes[4096];
    auto const  is_tls = [&text] { return text.starts_with('\x16'); };  // a ClientHello: no line will end
    while (!text.contains("\r\n\r\n") && !is_tls()) {
        auto const count = recv(connection, bytes, sizeof bytes, 0);
        if (count <= 0) break;
        text.append(bytes, static_cast<std::size_t>(count));
    }
    return text;
}

// Stops early when the client has heard enough.
void send_all(int connection, std::string_view text)
{
    while (!text.empty()) {
        auto const count = send(connection, text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace

KeyServer::KeyServer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    socklen_t   size        = sizeof address;
    address.sin_family      = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any         = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, any, size) != 0 || listen(listener_, 64) != 0 || getsockname(listener_, any, &size) != 0)
        throw std::runtime_error("no loopback port for the test's key server");
    port_   = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
}

KeyServer::~KeyServer()
{
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
    for (int const connection : unanswered_) close(connection);
}

std::string KeyServer::issuer() const
{
    return "http://127.0.0.1:" + std::to_string(port_);
}

void KeyServer::answer(std::string response)
{
    std::scoped_lock const lock{mutex_};
    response_ = std::move(response);
}

void KeyServer::answer_ok(std::string const& body, std::string const& headers)
{
    answer("HTTP/1.1 200 OK\r\nContent-Type: application/jwk-set+json\r\nConnection: close\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

std::size_t KeyServer::requests() const
{
    std::scoped_lock const lock{mutex_};
    return requests_.size();
}

std::string KeyServer::request(std::size_t number) const
{
    std::unique_lock lock{mutex_};
    arrived_.wait(lock, [&] { return requests_.size() > number; });
    return requests_[number];
}

void KeyServer::serve()
{
    for (;;) {
        int const connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;

        auto        text = read_request(connection);
        std::string response;
        {
            std::scoped_lock const lock{mutex_};
            requests_.push_back(std::move(text));
            response = response_;
            if (response.empty()) unanswered_.push_back(connection);
        }
        arrived_.notify_all();
        if (response.empty()) continue;
        send_all(connection, response);
        close(connection);
    }
}

}  // namespace signet
