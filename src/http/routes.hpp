// http/routes.hpp - the table of everything this server answers.
#pragma once
#include <span>
#include <string_view>

#include "http/api.hpp"
#include "http/fields.hpp"
#include "http/message.hpp"
#include "http/origins.hpp"
#include "http/server.hpp"

namespace signet::http {

// Where an endpoint runs. Only `inline_` runs on an I/O thread, and so must not block. `probe` goes before all others
// that wait for storage. Too much work is refused from the right to the left; `inline_` never (CHECKS E14).
enum class Work { inline_, probe, storage, hashing };
// Who may call. `bearer`: a valid access token, handed to the endpoint as Call::caller. `verifier`: a verifier's
// credential, its name as Call::verifier.
enum class Access { open, bearer, verifier };
// How a body is read, before the endpoint is queued. A JSON or form body whose members are all optional may be absent.
enum class Body { none, json, form };

// One request on its way to its endpoint, with what the guards found.
struct Call {
    Api const&          api;
    Request const&      request;
    std::string_view    id;         // of the request, also in X-Request-Id and in the log
    std::string_view    parameter;  // what stands for {id} in the path
    core::Caller const* caller;     // set for Access::bearer
    std::string_view    verifier;   // set for Access::verifier
    Sender              sender;     // which page, if any
    Fields const&       fields;     // the body's members, checked against the row
};

using Endpoint = Response (*)(Call const&);

struct Route {
    Method                  method;
    std::string_view        path;  // may have one {parameter} segment, the last
    Work                    work;
    Access                  access;
    Pages                   pages;
    Body                    body;
    Endpoint                endpoint;
    std::span<Member const> members = {};  // of the body; others are ignored
};

// The API and the pages; GET routes answer HEAD too.
[[nodiscard]] std::span<Route const> routes();
// What the admin listener answers: /metrics, /healthz, /readyz.
[[nodiscard]] std::span<Route const> admin_routes();

// Finds the row, runs the guards in the table's order, then the endpoint on its pool. `api` must outlive the handler.
[[nodiscard]] Handler dispatch(std::span<Route const> table, Api const& api);

}  // namespace signet::http
