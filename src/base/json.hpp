// base/json.hpp - strict reading of JSON from strangers, and writing our own.
//
// Reading refuses what parsers disagree about: a duplicate member at any depth,
// bytes after the value, invalid UTF-8, lone surrogates, NUL in a name.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace signet::json {

enum class Fault { malformed, invalid_utf8, duplicate_member, too_deep, too_many_members, too_large, not_an_object };

// "duplicate_member" for Fault::duplicate_member, and so on.
[[nodiscard]] std::string_view name(Fault fault);

struct Limits {
    std::size_t bytes   = 64UL * 1024;
    std::size_t depth   = 32;    // the outermost object is depth 1
    std::size_t members = 1024;  // in any one object
};

enum class Kind { null, boolean, integer, number, string, array, object };

// A view into a parsed Document, valid until that document parses again or ends.
// Copying is free; reading is safe from many threads.
class Value {
public:
    [[nodiscard]] Kind kind() const;

    // The value when it has that kind, else nullopt. integer() is given only by
    // a JSON integer that fits; number() by both forms.
    [[nodiscard]] std::optional<std::string_view> string() const;  // unescaped
    [[nodiscard]] std::optional<std::int64_t>     integer() const;
    [[nodiscard]] std::optional<double>           number() const;
    [[nodiscard]] std::optional<bool>             boolean() const;
    // number().value_or(otherwise), and faster.
    [[nodiscard]] double                          number_or(double otherwise) const;

    // The member of an object; nullopt when absent or when this is no object.
    [[nodiscard]] std::optional<Value> find(std::string_view member) const;
    // Calls `visit` for each member of an object or item of an array; returns
    // false at once when `visit` does.
    bool                               for_each_member(std::function<bool(std::string_view, Value)> const& visit) const;
    bool                               for_each_item(std::function<bool(Value)> const& visit) const;

    // This value as minified JSON.
    [[nodiscard]] std::string text() const;

private:
    friend struct ValueAccess;
    // simdjson::dom::element
    void const* document_ = nullptr;
    std::size_t at_       = 0;
};

// A member of an object; lives as long as its Value.
struct Member {
    std::string_view name;
    Value            value;
};

// Memory for one parsed text, kept for the next. Use one per thread and purpose
// where texts come often. About 30 bytes of memory per byte of the longest text.
class Document {
public:
    Document();
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    // Parses one JSON object and gives its outermost value; earlier values end.
    // No recursion on the input; time is linear in it but for n log n in the
    // members of one object. An integer beyond 64 bits is Fault::malformed. Throws
    // std::bad_alloc; the next call works.
    [[nodiscard]] std::expected<Value, Fault> parse_object(std::string_view text, Limits const& limits = {});

    // The members of the outermost object, in their order. Costs nothing; ends like the values.
    [[nodiscard]] std::span<Member const> members() const;

    // Overwrites what the texts since the last wipe() left behind, here and in
    // this thread's buffers; values end. Call on the thread that parsed. Costs
    // what the longest of those texts filled, not what there is room for. For
    // texts that hold secrets.
    void wipe() noexcept;

private:
    struct Memory;
    std::unique_ptr<Memory> memory_;
};

// Document::parse_object() into a document of this thread: the value ends with the next call on
// the same thread.
[[nodiscard]] std::expected<Value, Fault> parse_object(std::string_view text, Limits const& limits = {});

// A document for a text that holds secrets: wiped however its scope ends.
class SecretDocument {
public:
    SecretDocument() = default;
    ~SecretDocument() { document_.wipe(); }
    SecretDocument(SecretDocument const&)            = delete;
    SecretDocument& operator=(SecretDocument const&) = delete;

    [[nodiscard]] std::expected<Value, Fault> parse_object(std::string_view text, Limits const& limits = {})
    {
        return document_.parse_object(text, limits);
    }

private:
    Document document_;
};

// Builds one JSON object, members in the order they are set. Names must be new;
// strings must be UTF-8 (invalid bytes become U+FFFD).
class Object {
public:
    Object& set(std::string_view name, std::string_view value);
    Object& set(std::string_view name, char const* value) { return set(name, std::string_view{value}); }
    Object& set(std::string_view name, std::int64_t value);
    Object& set(std::string_view name, int value) { return set(name, std::int64_t{value}); }
    Object& set(std::string_view name, bool value);
    Object& set(std::string_view name, std::span<std::string const> values);
    Object& set(std::string_view name, Object const& value);
    Object& set(std::string_view name, std::span<Object const> values);
    Object& set_null(std::string_view name);
    // `json` is trusted to be one JSON value.
    Object& set_raw(std::string_view name, std::string_view json);

    [[nodiscard]] std::string text() const;

private:
    void begin(std::string_view name);
    void append(Object const& value);

    WipedString members_;  // some objects are private keys
};

// `json`, which must be JSON, without the white space between its values; those stay as they are written.
[[nodiscard]] std::string minify(std::string_view json);

// `text` as a JSON string, quotes included.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace signet::json
