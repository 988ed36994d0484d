// base/log.hpp - one line per event, with named fields.
//
// Control characters, escapes, and bidirectional marks in values are written as
// \u escapes, and long values are cut (CHECKS E33), so a log line cannot be
// forged by what a stranger sends. Secrets are SecretString and do not convert.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace signet::log {

enum class Level { debug, info, warning, error };
enum class Format { text, json };

// A view, made for one call of write(): a line that nobody reads must cost nothing.
struct Field {
    Field(std::string_view field_name, std::string_view field_value) : name(field_name), value(field_value) {}
    Field(std::string_view field_name, char const* field_value) : name(field_name), value(std::string_view{field_value})
    {
    }
    Field(std::string_view field_name, std::int64_t field_value) : name(field_name), value(field_value) {}

    std::string_view                             name;
    std::variant<std::string_view, std::int64_t> value;
};

// Where lines go is standard error. Call once, before the first line.
void configure(Level least, Format format);

// Thread-safe. Lines of a level below the configured one cost a comparison.
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::debug, message, fields);
}
inline void info(std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::info, message, fields);
}
inline void warning(std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::warning, message, fields);
}
inline void error(std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::error, message, fields);
}

}  // namespace signet::log
