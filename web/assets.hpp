// web/assets.hpp - the hosted pages, built by web/ and held in the binary.
//
// Knows:  the files of the build, compressed once.
// Knows nothing of:  HTTP, routes, who asks.
#pragma once
#include <span>
#include <string_view>

namespace signet::web {

// Everything lives as long as the program.
struct Asset {
    std::string_view path;          // "/login", "/assets/login-3f9a1c.js"
    std::string_view content_type;  // "text/html; charset=utf-8"
    std::string_view etag;          // with its quotes; of `body` as it stands here
    std::string_view body;
    std::string_view gzip;       // empty where it would not be smaller, and for pages
    bool             immutable;  // the path names the content: may be cached for ever
};

// Sorted by path, byte by byte.
//
// "/login", "/signup", and "/account" are templates: each {{name}} is to be
// replaced before they are sent. web/README.md lists the names.
[[nodiscard]] std::span<Asset const> assets();

}  // namespace signet::web
