// cli/logo.hpp - a site's own logo: `[branding] logo`.
#pragma once
#include <expected>
#include <string>

#include "http/api.hpp"

namespace signet::cli {

// The picture in that file, known by its first bytes: PNG, JPEG, or WebP, at most 256 KiB. Never SVG, which can hold
// scripts. The error is the end of a sentence: "is not a PNG, JPEG, or WebP picture".
[[nodiscard]] std::expected<http::Picture, std::string> read_logo(std::string const& path);

}  // namespace signet::cli
