// http/tls_context.hpp - what this server offers to TLS clients.
#pragma once
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace signet::http {

// Certificate, key, and policy: TLS 1.2 and 1.3, the suites of RFC 9325 (BCP 195), X25519 and P-256, no renegotiation,
// no compression, no early data, ALPN "http/1.1" (CHECKS E9). Shared by all connections that began with it.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

// Reads the files, PEM, leaf first. Throws std::runtime_error that names the file when one cannot be read or the two do
// not belong together.
[[nodiscard]] TlsContext load_tls_context(std::string const& certificate_file, std::string const& private_key_file);

// The same certificate and policy under a new key for session tickets: whoever learns it later cannot open what the old
// one protected. Tickets of `old` are then unknown, and cost their clients one full handshake.
[[nodiscard]] TlsContext with_new_ticket_key(TlsContext const& old);

}  // namespace signet::http
