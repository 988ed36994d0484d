// http/server.hpp - bytes to requests and answers to bytes: TLS, limits, deadlines.
//
// Knows nothing of:  routes, JSON, accounts.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.hpp"
#include "http/forwarded_header.hpp"
#include "http/message.hpp"

namespace signet::http {

// CHECKS E4 to E6. Over a limit: 413, 414, 431, or 408, and the connection ends.
struct Limits {
    std::size_t               request_line            = 8UL * 1024;   // with its CRLF
    std::size_t               header_bytes            = 16UL * 1024;  // all header lines and the blank one
    std::size_t               header_count            = 100;
    std::size_t               body_bytes              = 64UL * 1024;
    std::size_t               connections             = 20'000;
    // An IPv6 client is its /64. Not applied to loopback or declared proxies.
    std::size_t               connections_per_address = 1'000;
    std::chrono::milliseconds header_deadline{10'000};  // first byte to blank line; and the first of the body's time
    std::chrono::milliseconds tls_deadline{10'000};
    std::chrono::milliseconds idle_deadline{60'000};        // before the first request, and between two
    std::chrono::milliseconds write_deadline{30'000};       // for each 64 KiB to a client that does not read
    std::size_t               body_bytes_per_second = 500;  // slower bodies are cut off
    std::chrono::milliseconds ticket_key_life{std::chrono::hours{24}};  // of the key that TLS session tickets are under
};

struct Listener {
    std::string   host;         // "localhost" (IPv4 and IPv6), "0.0.0.0", "::1", a name
    std::uint16_t port = 0;     // 0: any free one
    bool          tls  = true;  // without: only loopback peers and declared proxies are served, others get 421
};

struct ServerOptions {
    Listener                 listen;
    std::string              certificate_file = {};  // PEM, leaf first; with tls
    std::string              private_key_file = {};  // PEM
    std::size_t              threads          = 0;   // 0: one per core
    Limits                   limits           = {};
    // Addresses and networks ("10.0.0.0/8") whose word on the client's address is believed. Others' is ignored.
    std::vector<std::string> trusted_proxies  = {};
    ForwardedHeader          forwarded_header = ForwardedHeader::x_forwarded_for;  // in which they give it
    // Whether each of their connections begins with a header of the PROXY protocol, version 2. One that does not ends.
    bool                     proxy_protocol   = false;
    std::string              name             = "main";  // of its metrics' label "listener"
};

// Called once per request with the whole request. May be called from any thread, exactly once; calling it after the
// connection or the server has ended is harmless. When the last copy ends uncalled, the answer is a 500.
using Responder = std::function<void(Response)>;
// Runs on an I/O thread and must not block. An exception becomes a 500 with the one error shape (CHECKS E18), whose
// header X-Request-Id names the log's line.
using Handler   = std::function<void(std::shared_ptr<Request const>, Responder)>;
// The answer to a request that never became one, body and headers of the one error shape; the server adds X-Request-Id.
// Codes: bad_request, method_not_allowed (TRACE, CONNECT), request_timeout, payload_too_large, uri_too_long,
// tls_required, header_too_large, internal, not_implemented (an unknown method or transfer coding),
// http_version_not_supported.
using ErrorPage = std::function<Response(int status, std::string_view code)>;

// One listener and its I/O threads. start() and drain() are for one thread; the rest is thread-safe.
//
// Requests of one connection are handled one after the other, and answered in order. Metrics: signet_http_connections,
// signet_http_accepted_total, signet_http_yielded_total, and signet_http_refused_total by `reason` (a code above, or
// connections, connections_per_address, descriptors, proxy_header, tls_records).
//
// Nothing that is thrown while it serves leaves this class: a handler's exception is caught in Connection, becomes a
// 500 and a line in the log; any other ends its connection at most (Connection::run), or one event (IoCore::run).
class Server {
public:
    // Binds and listens. Throws std::runtime_error with a sentence for the operator when it cannot.
    Server(ServerOptions options, Handler handler, ErrorPage error_page, Metrics& metrics);
    ~Server();

    void start();  // starts the I/O threads, returns at once
    // Stops accepting, lets running requests finish (idle connections close at once), at most `patience`; then closes
    // all and joins. True when nothing had to be cut off. The server does not start again.
    bool drain(std::chrono::milliseconds patience);

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t   connections() const;
    // Reads certificate and key again; connections stay. Throws like the constructor, keeping the old ones.
    void                        reload_certificate();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace signet::http
