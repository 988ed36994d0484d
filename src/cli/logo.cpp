#include "cli/logo.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>

namespace signet::cli {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLargest = 262'144;  // bytes: 256 KiB

// What these bytes are, whatever the file is called. Empty: none of the three.
std::string_view type_of(std::string_view bytes)
{
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
    if (bytes.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
    if (bytes.starts_with("RIFF"sv) && bytes.substr(0, 12).ends_with("WEBP"sv)) return "image/webp";
    return "";
}

}  // namespace

std::expected<http::Picture, std::string> read_logo(std::string const& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file || !std::filesystem::is_regular_file(path)) return std::unexpected("is not a file that can be read");

    std::string bytes(kLargest + 1, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > kLargest) return std::unexpected("is larger than 256 KiB");

    auto const type = type_of(bytes);
    if (type.empty()) return std::unexpected("is not a PNG, JPEG, or WebP picture");
    return http::Picture{.content_type = std::string{type}, .bytes = std::move(bytes)};
}

}  // namespace signet::cli
