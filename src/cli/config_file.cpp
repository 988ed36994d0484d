#include "cli/config_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace signet::cli {
namespace {

Written written(toml::node const& node)
{
    if (auto const* text = node.as_string()) return {.form = Written::Form::string, .text = text->get()};
    if (auto const* number = node.as_integer())
        return {.form = Written::Form::integer, .text = std::to_string(number->get())};
    if (auto const* truth = node.as_boolean())
        return {.form = Written::Form::boolean, .text = truth->get() ? "true" : "false"};
    auto const* array = node.as_array();
    if (array == nullptr) return {.form = Written::Form::other};
    Written list{.form = Written::Form::list};
    for (auto const& item : *array) {
        if (!item.is_string()) return {.form = Written::Form::other};
        list.items.push_back(item.as_string()->get());
    }
    return list;
}

// A [section], or one [[section]].
struct Section {
    std::string_view   name;
    std::size_t        number = 0;
    toml::table const& table;
};

void append_entries(std::vector<FileEntry>& out, Section const& section)
{
    auto const entry = [&](std::string_view key, Written value, toml::node const& node) {
        out.push_back({.section = std::string{section.name},
                       .number  = section.number,
                       .key     = std::string{key},
                       .value   = std::move(value),
                       .line    = node.source().begin.line});
    };
    // An empty section has nothing to set; its name is looked at all the same.
    if (section.table.empty()) entry("", {}, section.table);
    for (auto const& [key, node] : section.table) entry(key.str(), written(node), node);
}

void append_node(std::vector<FileEntry>& out, std::string_view name, toml::node const& node)
{
    if (auto const* table = node.as_table()) return append_entries(out, {.name = name, .table = *table});
    if (auto const* array = node.as_array(); array != nullptr && !array->empty() && array->is_array_of_tables()) {
        std::size_t number = 0;
        for (auto const& item : *array)
            append_entries(out, {.name = name, .number = ++number, .table = *item.as_table()});
        return;
    }
    out.push_back({.section = "", .key = std::string{name}, .value = written(node), .line = node.source().begin.line});
}

}  // namespace

std::expected<std::vector<FileEntry>, std::string> read_config_file(std::string const& path)
{
    std::ifstream      file(path);
    std::ostringstream text;
    text << file.rdbuf();  // fails on an empty file too, and on a folder
    std::error_code ignored;
    bool const      is_folder = std::filesystem::is_directory(path, ignored);
    if (is_folder) return std::unexpected(fmt::format("{}: is a folder; name the file in it.", path));
    if (!file.is_open() || file.bad())
        return std::unexpected(fmt::format("{}: cannot be read. Check the path and its permissions.", path));

    std::vector<FileEntry> entries;
    try {
        auto const document = toml::parse(text.view(), path);
        for (auto const& [name, node] : document) append_node(entries, name.str(), node);
    } catch (toml::parse_error const& error) {
        return std::unexpected(
            fmt::format("{}:{}: is not valid TOML: {}.", path, error.source().begin.line, error.description()));
    }
    return entries;
}

}  // namespace signet::cli
