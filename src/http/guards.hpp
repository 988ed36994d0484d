// http/guards.hpp - what must hold before an endpoint sees a request.
//
// All of it is cheap and runs on the I/O thread: nothing that is refused here waits in a queue.
#pragma once
#include <expected>
#include <optional>

#include "core/access_token.hpp"
#include "http/routes.hpp"

namespace signet::http {

struct Admitted {
    std::optional<core::Caller> caller   = std::nullopt;
    std::string                 verifier = {};  // its name
    Fields                      fields   = {};
};

// In the order of the table's columns: page, bearer token, body.
[[nodiscard]] std::expected<Admitted, Response> admit(Route const& route, Request const& request, Sender sender,
                                                      Api const& api);

// Who the Authorization header speaks for. Without a bearer token Errc::missing_token; with two headers
// Errc::invalid_request; both with the challenge RFC 6750 3 asks for. A token in the query is ignored (CHECKS B45).
[[nodiscard]] std::expected<core::Caller, Response> authenticate(Request const& request, Api const& api);

[[nodiscard]] bool has_bearer(Request const& request);

// WWW-Authenticate with the code as its error, or without one when nothing was sent to be wrong.
void challenge(Response& response, ApiSettings const& settings, std::string_view code = {});

}  // namespace signet::http
