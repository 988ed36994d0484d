// jose/test_vectors.hpp - reading other people's test vectors.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "base/json.hpp"

namespace jose::test {

// "" and a loud line when there is no such file.
inline std::string read_vectors(std::string const& file)
{
    auto const path = std::filesystem::path{SIGNET_VECTORS_DIR} / file;
    if (!std::filesystem::exists(path)) {
        std::cerr << "\n*** NOT CHECKED: the vectors " << path << " are absent ***\n\n";
        return {};
    }
    std::ifstream      in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// Declares `root`, the file's object. A missing file is the one thing a test may skip, loudly.
#define READ_VECTORS(document, root, file)                                                                  \
    signet::json::Document document;                                                                        \
    auto const             root##_text = ::jose::test::read_vectors(file);                                  \
    if (root##_text.empty()) GTEST_SKIP() << "no vectors " << (file);                                       \
    auto const root##_value = (document).parse_object(root##_text, {.bytes = 1 << 24, .members = 1 << 16}); \
    ASSERT_TRUE(root##_value);                                                                              \
    signet::json::Value const root = *root##_value

inline std::string unhex(std::string_view hex)
{
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
}

}  // namespace jose::test
