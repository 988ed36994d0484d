// gateway/sign_in.hpp - a browser that opens a page is sent to sign in; a program is told that it must.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "gateway/asked.hpp"
#include "http/message.hpp"

namespace signet::gateway {

// Whether somebody opens the page: GET, and by Sec-Fetch-Mode a navigation, or where a browser does not send that, by
// Accept a page is wanted. `request` is the proxy's, with its client's headers.
[[nodiscard]] bool is_navigation(Asked const& asked, http::Request const& request);

// "https://app.example.com", as the proxy says that it was called; nullopt where it does not say.
[[nodiscard]] std::optional<std::string> find_asked_origin(http::Request const& request);

// `sign_in_url` with `return_to`, the address of what was asked, or the service's front page where that is too long to
// lead back to; without, where the proxy does not say under which name it was called. Whether it may lead back there is
// for the sign-in page to judge (CHECKS D16).
[[nodiscard]] std::string sign_in_address(std::string_view sign_in_url, Asked const& asked,
                                          http::Request const& request);

}  // namespace signet::gateway
