#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/log_scope.hpp"
#include "base/utf8.hpp"

namespace signet::log {
namespace {

constexpr std::size_t kLongestMessage = 512;  // bytes, before escaping
constexpr std::size_t kLongestValue   = 256;

Format format_of_lines = Format::text;

spdlog::level::level_enum to_spdlog(Level level)
{
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

void set_format(spdlog::logger& logger, Format format)
{
    format_of_lines = format;
    // %v is what json_line() or text_line() made: the rest of the JSON object, or message and fields.
    logger.set_pattern(format == Format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                              : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
                       spdlog::pattern_time_type::utc);
}

spdlog::logger& logger()
{
    static auto const made = [] {
        auto log = std::make_unique<spdlog::logger>("signet", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        log->set_level(spdlog::level::info);
        log->flush_on(spdlog::level::debug);
        set_format(*log, Format::text);
        return log;
    }();
    return *made;
}

// What could end a line, drive a terminal, or reorder what is read (CHECKS E33).
bool is_unsafe(char32_t code)
{
    if (code < 0x20 || (code >= 0x7F && code <= 0x9F)) return true;       // C0, DEL, C1
    if (code == 0x061C || code == 0x200E || code == 0x200F) return true;  // direction marks
    if (code >= 0x2028 && code <= 0x202E) return true;                    // separators, embeddings, overrides
    if (code >= 0x2066 && code <= 0x2069) return true;                    // isolates
    if (code >= 0xFFF9 && code <= 0xFFFB) return true;                    // interlinear marks
    return code == 0xFEFF || (code >= 0xE0000 && code <= 0xE007F);        // BOM, tags
}

void append_escape(std::string& out, char32_t code)
{
    // JSON knows four digits; beyond them it takes a surrogate pair.
    if (code > 0xFFFF) {
        append_escape(out, 0xD800 + ((code - 0x10000) >> 10));
        code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(code));
}

void append_escaped(std::string& out, std::string_view text, std::size_t longest)
{
    bool const cut = text.size() > longest;
    if (cut) text = text.substr(0, longest);
    while (!text.empty()) {
        auto const code = utf8::take(text);
        if (code == '"' || code == '\\') out += '\\';
        if (is_unsafe(code))
            append_escape(out, code);
        else
            utf8::append(out, code);
    }
    if (cut) out += "...";
}

void append_quoted(std::string& out, std::string_view text, std::size_t longest)
{
    out += '"';
    append_escaped(out, text, longest);
    out += '"';
}

bool is_word(std::string_view text)
{
    return !text.empty() && text.size() <= kLongestValue &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@+") == text.npos;
}

std::string value_of(Field const& field)
{
    if (auto const* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
    return std::string{std::get<std::string_view>(field.value)};
}

std::string json_line(std::string_view message, std::span<Field const> fields)
{
    std::string out = R"("message":)";
    append_quoted(out, message, kLongestMessage);
    for (auto const& field : fields) {
        out += ',';
        append_quoted(out, field.name, kLongestValue);
        out += ':';
        append_quoted(out, value_of(field), kLongestValue);
    }
    return out;
}

std::string text_line(std::string_view message, std::span<Field const> fields)
{
    std::string out;
    append_escaped(out, message, kLongestMessage);
    for (auto const& field : fields) {
        out += ' ';
        append_escaped(out, field.name, kLongestValue);
        out += '=';
        if (auto const value = value_of(field); is_word(value))
            out += value;
        else
            append_quoted(out, value, kLongestValue);
    }
    return out;
}

thread_local RequestScope const* innermost = nullptr;

// The line's own fields, then those of the request that causes it.
std::vector<Field> with_request(std::initializer_list<Field> own)
{
    std::vector<Field> fields{own};
    auto const         add = [&fields](std::string_view name, std::string_view value) {
        if (!value.empty() && std::ranges::find(fields, name, &Field::name) == fields.end())
            fields.emplace_back(name, value);
    };
    if (innermost != nullptr) add("request", innermost->request());
    if (innermost != nullptr) add("trace", innermost->trace());
    return fields;
}

}  // namespace

RequestScope::RequestScope(std::string_view request, std::string_view trace)
    : request_(request), trace_(trace), outer_(std::exchange(innermost, this))
{
}

RequestScope::~RequestScope()
{
    innermost = outer_;
}

RequestScope const* RequestScope::current()
{
    return innermost;
}

void configure(Level least, Format format)
{
    logger().set_level(to_spdlog(least));
    set_format(logger(), format);
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields)
{
    auto&      out       = logger();
    auto const at_spdlog = to_spdlog(level);
    if (!out.should_log(at_spdlog)) return;
    auto const all  = with_request(fields);
    auto const line = format_of_lines == Format::json ? json_line(message, all) : text_line(message, all);
    out.log(at_spdlog, spdlog::string_view_t{line.data(), line.size()});
}

}  // namespace signet::log
