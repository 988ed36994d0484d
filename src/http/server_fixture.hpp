// http/server_fixture.hpp - for tests: a server with small endpoints, and a client that sends any bytes.
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/metrics.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace signet::http {

// A self-signed P-256 certificate for localhost in a folder of its own, gone at the end.
class TestCertificate {
public:
    TestCertificate();
    ~TestCertificate();
    void renew();  // another certificate and key under the same names

    [[nodiscard]] std::string certificate_file() const { return folder_ + "/certificate.pem"; }
    [[nodiscard]] std::string private_key_file() const { return folder_ + "/key.pem"; }
    // Of the current certificate.
    [[nodiscard]] std::string serial() const { return std::to_string(serial_); }

private:
    std::string folder_;
    long        serial_ = 0;
};

// What came back, taken apart.
struct Reply {
    int         status = 0;  // 0: the connection ended without an answer
    std::string head;        // status line and headers
    std::string body;

    // nullopt when absent. `header_name` in lower case.
    [[nodiscard]] std::optional<std::string> find(std::string_view header_name) const;
};

struct TlsChoice {
    int         least     = 0;  // a protocol version; 0: any
    int         most      = 0;
    std::string suites    = {};       // of TLS 1.2
    std::string protocols = {};       // ALPN, wire format
    ssl_st*     before    = nullptr;  // a session that has ended, to be resumed
};

// One connection to 127.0.0.1. Every wait ends after ten seconds and then fails the test.
class RawClient {
public:
    explicit RawClient(std::uint16_t port, std::string const& host = "127.0.0.1");
    ~RawClient();
    RawClient(RawClient const&)            = delete;
    RawClient& operator=(RawClient const&) = delete;

    // False when the handshake fails.
    [[nodiscard]] bool        start_tls(TlsChoice const& choice = {});
    [[nodiscard]] std::string tls_version() const;
    [[nodiscard]] std::string tls_suite() const;
    [[nodiscard]] std::string peer_serial() const;
    [[nodiscard]] ssl_st*     session() const { return session_.get(); }

    // False when the peer has gone.
    bool                 send(std::string_view bytes);
    void                 finish_sending();
    // One answer by its Content-Length; `to_head`: it has no body whatever its Content-Length says.
    Reply                read_answer(bool to_head = false);
    // All up to and with the first `end`; what there is when the peer ends before.
    std::string          read_until(std::string_view end);
    // All until the peer ends.
    std::string          read_all();
    // Whether the peer ends without sending anything more.
    [[nodiscard]] bool   is_closed() { return read_all().empty() && ended_; }
    // For SO_RCVBUF: the kernel then holds as little as it can for a client that does not read.
    static constexpr int kSmallestBuffer = 4096;
    [[nodiscard]] int    socket() const { return socket_; }

private:
    bool receive();

    int                         socket_ = -1;
    std::shared_ptr<ssl_ctx_st> context_;
    std::shared_ptr<ssl_st>     session_;
    std::string                 received_;
    bool                        ended_ = false;
};

// GET /echo · POST /echo gives the body back · /later answers from another thread · /held answers when released ·
// /throw · /slow keeps its thread for 30 ms · /forget drops the responder · /twice answers twice · /hidden counts ·
// /large 1 MB · /static · /split puts a line end into a header · /nothing 204 · /peer the client's address · /headers
// the names that arrived · /target path and query, as "path|query" · /stream goes on for as long as the test says.
class TestServer {
public:
    // Of each stream, in bytes.
    static constexpr std::size_t kMostWaiting = 256UL * 1024;

    explicit TestServer(ServerOptions options = {.listen = {.host = "127.0.0.1", .tls = false}});
    ~TestServer();

    [[nodiscard]] Server&       server() { return *server_; }
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    [[nodiscard]] int           hidden() const { return hidden_; }
    [[nodiscard]] int           handled() const { return handled_; }
    [[nodiscard]] Metrics&      metrics() { return metrics_; }
    // Until `count` requests to /held have arrived.
    void                        wait_for_held(int count);
    void                        release_held();
    void                        release_held(Response const& response);
    // The one that `number` (from 0) of the requests to /stream got; waits until there is one.
    std::shared_ptr<Stream>     stream(std::size_t number);
    // Streams that have ended; waits until there are as many.
    void                        wait_for_ended_streams(int count);
    // Ends the server before this does.
    void                        end_server() { server_.reset(); }

    // The answer to `bytes` on a connection of their own.
    Reply exchange(std::string_view bytes);

private:
    void     handle(std::shared_ptr<Request const> const& request, Responder const& answer);
    Response respond(Request const& request);
    Response begin_stream();

    Metrics                              metrics_;
    std::atomic<int>                     hidden_  = 0;
    std::atomic<int>                     handled_ = 0;
    std::mutex                           mutex_;
    std::condition_variable              changed_;
    std::vector<Responder>               held_;
    std::vector<std::shared_ptr<Stream>> streams_;
    int                                  ended_streams_ = 0;
    std::vector<std::jthread>            threads_;
    std::unique_ptr<Server>              server_;
};

// A small GET that keeps the connection.
[[nodiscard]] std::string get(std::string_view path, std::string_view more_headers = {});
[[nodiscard]] std::string post(std::string_view path, std::string_view body, std::string_view more_headers = {});

}  // namespace signet::http
