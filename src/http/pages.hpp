// http/pages.hpp - the hosted pages of web/, filled in for one request.
#pragma once
#include <string>

#include "http/routes.hpp"

namespace signet::http {

// What a page shows of a form that was just sent.
struct FormState {
    std::string return_to;  // already safe_return_to(); may be empty
    std::string email = {};
    std::string name  = {};
    std::string error = {};  // one sentence
};

// The page at `path` of web::assets(), under a policy with a nonce of its own. Throws std::logic_error when the build
// has no such page.
[[nodiscard]] Response page(Call const& call, std::string_view path, FormState const& state, int status = 200);

// The form the request came from, once more, with the reason, its status, and Retry-After. Logs like refuse().
[[nodiscard]] Response form_again(Call const& call, core::Error const& error);

// Where the form, or the query, wants to go; empty when nowhere or nowhere allowed.
[[nodiscard]] std::string wanted_return_to(Call const& call);

}  // namespace signet::http
