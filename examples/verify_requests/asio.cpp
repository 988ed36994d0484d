// A server of callbacks on one thread, Boost.Asio's:  asio ISSUER CA.pem PORT < credential
//
// GET is for whoever is signed in, POST for them while it is known who signed out. GET /events stays open, and is
// closed when its token holds no longer: at once when somebody signs out, and within a minute of its expiry.
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <iostream>
#include <memory>
#include <set>

#include "signet/verifier.hpp"

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

struct Connection {
    tcp::socket                       socket;
    boost::beast::flat_buffer         buffer{16 * 1024};
    http::request<http::empty_body>   request{};
    http::response<http::string_body> response{};
    std::string                       authorization{};
};
using Shared = std::shared_ptr<Connection>;

struct Server {
    tcp::acceptor             acceptor;
    boost::asio::steady_timer minute{acceptor.get_executor()};
    signet::Verifier const*   verifier = nullptr;
    std::set<Shared>          streams{};

    void accept()
    {
        acceptor.async_accept([this](auto failed, tcp::socket socket) {
            accept();
            if (failed) return;
            auto const one = std::make_shared<Connection>(std::move(socket));
            http::async_read(one->socket, one->buffer, one->request,
                             [=, this](auto wrong, auto) { wrong ? void() : answer(one); });
        });
    }
    void answer(Shared const& one)
    {
        // Of two such headers, neither is believed.
        if (one->request.count(http::field::authorization) == 1)
            one->authorization = one->request[http::field::authorization];
        using enum signet::WhenStale;
        bool const reads = one->request.method() == http::verb::get;
        auto const who   = verifier->verify(one->authorization, reads ? until_expiry : fail_closed);
        one->response.result(who ? 200 : unsigned(who.error().status));
        one->response.body() = (who ? std::string{who->user_id()} : who.error().description) + "\n";
        if (!who && who.error().status == 503) one->response.set(http::field::retry_after, "1");
        if (!who && who.error().status != 503) one->response.set("WWW-Authenticate", who.error().www_authenticate());
        one->response.keep_alive(false);  // it ends with its connection, which goes with the last that holds it
        if (who && one->request.target() == "/events") streams.insert(one);
        http::async_write(one->socket, one->response, [one](auto, auto) {});
    }
    // What would be refused now, whatever was revoked.
    void close_refused()
    {
        std::erase_if(streams, [this](auto const& one) { return !verifier->verify(one->authorization); });
    }
    void close_expired_each_minute()
    {
        close_refused();
        minute.expires_after(std::chrono::minutes{1});
        minute.async_wait([this](auto) { close_expired_each_minute(); });
    }
};

int main(int count, char** words)
{
    std::string credential;
    if (count != 4 || !(std::cin >> credential)) return 2;
    boost::asio::io_context io{1};
    Server server{.acceptor{io, {boost::asio::ip::address_v4::loopback(), std::uint16_t(std::stoi(words[3]))}}};
    signet::VerifierOptions options{.issuer = words[1], .audience = words[1], .credential = credential};
    options.ca_file    = words[2];
    options.on_revoked = [&](auto const&) { post(io, [&] { server.close_refused(); }); };  // it must not block
    auto const started = signet::Verifier::start(std::move(options));
    if (!started) return std::cerr << started.error().detail << '\n', 1;
    server.verifier = started->get();
    server.close_expired_each_minute();
    server.accept();
    io.run();
}
