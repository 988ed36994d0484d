// gateway/own_page.hpp - whether a cookie may speak for what is asked (CHECKS D4).
//
// A cookie travels with requests its owner never meant. One that is SameSite=Lax comes with links from other sites, and
// with everything that pages of neighbouring hosts send.
#pragma once
#include "gateway/asked.hpp"
#include "http/message.hpp"

namespace signet::gateway {

// GET, HEAD, and OPTIONS may be asked from anywhere, unless they open a WebSocket. Anything else must come from a page
// of the very origin it is sent to, or its user's own hand: by Sec-Fetch-Site, which no script can write, or where a
// browser does not send that, by Origin. Without either it is no page of the service's.
[[nodiscard]] bool may_rely_on_cookie(Asked const& asked, http::Request const& request);

}  // namespace signet::gateway
