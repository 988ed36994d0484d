#include "http/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace signet::http {

namespace {

// RFC 9325 4.2: ECDHE with AEAD alone. The smaller AES first: it is what 4.2.1 recommends, and the fastest.
constexpr auto kTls12Suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto kTls13Suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

constexpr std::uint64_t kOptions = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF;
constexpr long kModes = SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                        SSL_MODE_RELEASE_BUFFERS;  // an idle connection holds no record buffers

std::string last_error()
{
    auto const* reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return reason ? reason : "unknown reason";
}

void require(bool done, std::string const& what)
{
    if (!done) throw std::runtime_error(what + ": " + last_error());
}

// RFC 7301 3.2: a client that offers names, none of which is ours, is refused.
int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* chosen_size, unsigned char const* offered,
                    unsigned offered_size, void*)
{
    static constexpr std::string_view kHttp11 = "\x08http/1.1";
    unsigned char*                    name    = nullptr;
    auto const*                       ours    = reinterpret_cast<unsigned char const*>(kHttp11.data());
    if (SSL_select_next_proto(&name, chosen_size, ours, kHttp11.size(), offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = name;
    return SSL_TLSEXT_ERR_OK;
}

// All but the certificate.
TlsContext make_context()
{
    ERR_clear_error();
    TlsContext context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    require(context != nullptr, "cannot set up TLS");
    auto* const raw = context.get();

    require(SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1, "cannot set up TLS");
    require(SSL_CTX_set_cipher_list(raw, kTls12Suites) == 1, "cannot set up TLS");
    require(SSL_CTX_set_ciphersuites(raw, kTls13Suites) == 1, "cannot set up TLS");
    require(SSL_CTX_set1_groups_list(raw, "X25519:P-256") == 1, "cannot set up TLS");
    SSL_CTX_set_options(raw, kOptions);
    SSL_CTX_set_mode(raw, kModes);
    SSL_CTX_set_read_ahead(raw, 1);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);  // tickets need no memory here
    SSL_CTX_set_num_tickets(raw, 1);
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
    return context;
}

}  // namespace

TlsContext load_tls_context(std::string const& certificate_file, std::string const& private_key_file)
{
    auto        context = make_context();
    auto* const raw     = context.get();
    require(SSL_CTX_use_certificate_chain_file(raw, certificate_file.c_str()) == 1,
            "cannot read the certificate " + certificate_file);
    require(SSL_CTX_use_PrivateKey_file(raw, private_key_file.c_str(), SSL_FILETYPE_PEM) == 1,
            "cannot read the private key " + private_key_file);
    require(SSL_CTX_check_private_key(raw) == 1,
            "the private key " + private_key_file + " does not belong to the certificate " + certificate_file);
    return context;
}

TlsContext with_new_ticket_key(TlsContext const& old)
{
    auto context          = make_context();
    STACK_OF(X509)* chain = nullptr;  // remains the old context's
    require(SSL_CTX_get0_chain_certs(old.get(), static_cast<void*>(&chain)) == 1 &&
                SSL_CTX_use_cert_and_key(context.get(), SSL_CTX_get0_certificate(old.get()),
                                         SSL_CTX_get0_privatekey(old.get()), chain, 1) == 1,
            "cannot renew TLS");
    return context;
}

}  // namespace signet::http
