// gateway/asked.hpp - what a proxy's client asks the service for, as the proxy tells the gateway.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace signet::gateway {

// How a proxy says it. The operator names one; it is never guessed, since whatever the others would say is the
// client's.
enum class Proxy : std::uint8_t {
    nginx,      // in X-Original-Method and X-Original-URI: nginx, and HAProxy with our script
    forwarded,  // in X-Forwarded-Method and X-Forwarded-Uri: Traefik, Caddy
    envoy,      // it repeats method and path themselves, the path behind kDecisionPath
};

// Where proxies ask.
inline constexpr std::string_view kDecisionPath = "/decision";

// Views live as long as the request they came from.
struct Asked {
    std::string_view method;    // "GET"; upper case
    std::string      path;      // as parse_asked_path() gives it
    std::string_view raw_path;  // as sent
    std::string_view query;     // as sent; empty when there is none
};

enum class AskedFault : std::uint8_t {
    header_missing,   // the proxy does not say: it is not configured for this
    header_repeated,  // or says it twice: one of them may be the client's
    bad_method,
    bad_path,
};

struct Unclear {
    AskedFault  fault;
    std::string sentence;  // for people; holds nothing that a client sent
};

// Of a request to kDecisionPath.
[[nodiscard]] std::expected<Asked, Unclear> read_asked(Proxy proxy, http::Request const& request);

// Whether a request is one, by its path.
[[nodiscard]] bool is_for_decision(Proxy proxy, http::Request const& request);

// Capital letters, digits, '-', and '_', 32 at most. NB: RFC 9110 9.1 has methods in any case, and services that take
// "post" for "POST".
[[nodiscard]] bool is_method(std::string_view text);

}  // namespace signet::gateway
