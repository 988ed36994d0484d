// http/origins.hpp - which page a request comes from, and which pages may read the answer.
//
// A cookie travels with requests its owner never meant. Browsers say where a request comes from, in two headers that
// scripts cannot set: Sec-Fetch-Site, and Origin where that is missing (CHECKS D4). Origins match byte for byte
// (CHECKS D6): no suffix, no pattern, no "null".
#pragma once
#include <string>
#include <string_view>

#include "http/api.hpp"
#include "http/message.hpp"

namespace signet::http {

// From which pages a route may be called. `any`: public, readable by all (CORS *). `allowed`: this server's own and
// allowed_origins; unsafe methods of others are refused. `same`: unsafe methods from this server's own pages only.
// `local`: like `same`, and the server must have been called by a name of this very machine. A page whose own name has
// been pointed at 127.0.0.1 (DNS rebinding) is of the same origin for its browser, but it calls us by that name.
enum class Pages { any, allowed, same, local };

// What sent a request.
enum class Sender {
    no_browser,    // neither header: curl, a server, an app
    own_page,      // a page of this server, or its user's own hand
    allowed_page,  // a page of allowed_origins
    foreign_page,  // any other, and whatever contradicts itself
};

[[nodiscard]] Sender find_sender(Request const& request, ApiSettings const& settings);

// Whether Host is localhost or a loopback address, with or without a port.
[[nodiscard]] bool is_called_locally(Request const& request);

// A browser, as far as it says so; then `delivery` defaults to the cookie.
[[nodiscard]] bool is_from_browser(Request const& request);

// May `sender` send this request to a route of this rule? Safe methods always may; reading the answer is another
// matter.
[[nodiscard]] bool may_send(Method method, Pages pages, Sender sender);

// Lets the page that asked read the answer, if the route's rule allows it. Call once, on every answer of the route.
void allow_reading(Response& response, Request const& request, Pages pages, Sender sender);

// The answer to OPTIONS on a path. `methods` is the value of Allow.
[[nodiscard]] Response answer_options(Request const& request, Pages pages, Sender sender, std::string_view methods);

// "https://example.com:8443" of a URL that begins so.
[[nodiscard]] std::string_view origin_of(std::string_view url);

// Where to go after a sign-in: `wanted` when it is a path of this server or a page of an allowed origin, else
// `otherwise` (CHECKS D16).
[[nodiscard]] std::string safe_return_to(std::string_view wanted, ApiSettings const& settings,
                                         std::string_view otherwise);

}  // namespace signet::http
