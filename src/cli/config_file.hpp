// cli/config_file.hpp - signet.toml as a flat list of what it says, and on which line.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "cli/config_values.hpp"

namespace signet::cli {

struct FileEntry {
    std::string section;  // empty for a key above the first [section]
    std::string key;
    Written     value;
    unsigned    line;
};

// The error is a whole sentence with file and line.
[[nodiscard]] std::expected<std::vector<FileEntry>, std::string> read_config_file(std::string const& path);

}  // namespace signet::cli
