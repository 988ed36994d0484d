// cli/config_file.hpp - a configuration file as a flat list of what it says, and on which line.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "cli/config_values.hpp"

namespace signet::cli {

struct FileEntry {
    std::string section;     // empty for a key above the first [section]
    std::size_t number = 0;  // which [[section]] of that name, from 1; 0: it is a [section]
    std::string key;         // empty: the section has none
    Written     value = {};
    unsigned    line  = 0;
};

// The error is a whole sentence with file and line.
[[nodiscard]] std::expected<std::vector<FileEntry>, std::string> read_config_file(std::string const& path);

}  // namespace signet::cli
