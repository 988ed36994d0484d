// notes/asset.hpp - the files of the page, written into this program by embed.mjs when it is built.
#pragma once
#include <span>
#include <string_view>

namespace notes {

struct Asset {
    std::string_view path;  // "/", "/assets/index-3f9a1c.js": named by content, so kept for ever
    std::string_view content_type;
    std::string_view body;
};

[[nodiscard]] std::span<Asset const> assets();

}  // namespace notes
