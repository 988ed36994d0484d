#include "base/json.hpp"

#include <simdjson.h>
#include <sodium.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

#include "base/json_names.hpp"

namespace signet::json {

// A Value is a dom::element by another name, so that simdjson's header stays in this file.
struct ValueAccess {
    struct Raw {
        void const* document;
        std::size_t at;
    };
    static Value wrap(simdjson::dom::element element)
    {
        auto const raw = std::bit_cast<Raw>(element);
        Value      value;
        value.document_ = raw.document;
        value.at_       = raw.at;
        return value;
    }
    // Makes `value` the one that begins at a word of the document's tape.
    static void point(Value& value, simdjson::dom::document const& document, std::size_t word)
    {
        value.document_ = &document;
        value.at_       = word;
    }
    static simdjson::dom::element unwrap(Value const& value)
    {
        return std::bit_cast<simdjson::dom::element>(Raw{.document = value.document_, .at = value.at_});
    }
};
// dom::element holds a tape_ref and nothing else: the document, then the word.
static_assert(sizeof(ValueAccess::Raw) == sizeof(simdjson::dom::element));
static_assert(offsetof(simdjson::internal::tape_ref, doc) == offsetof(ValueAccess::Raw, document));
static_assert(offsetof(simdjson::internal::tape_ref, json_index) == offsetof(ValueAccess::Raw, at));

struct Document::Memory {
    simdjson::dom::document document;
    std::vector<Member>     members;   // of the outermost object
    std::size_t             used = 0;  // bytes of the longest text since the last wipe
};

namespace {

using simdjson::dom::element_type;

constexpr std::size_t kFirstCapacity = 1024;
constexpr std::size_t kKeptCapacity  = 1024 * 1024;  // a thread's parser gives back more than this

Fault fault_of(simdjson::error_code error)
{
    switch (error) {
        case simdjson::UTF8_ERROR:
            return Fault::invalid_utf8;
        case simdjson::DEPTH_ERROR:
            return Fault::too_deep;
        case simdjson::CAPACITY:
            return Fault::too_large;
        case simdjson::MEMALLOC:
            throw std::bad_alloc{};  // no fault of the text
        default:
            return Fault::malformed;
    }
}

// RFC 3629 3 forbids surrogates in UTF-8. The input was valid UTF-8, so one in
// the unescaped text came from a lone \ud800 escape.
bool has_surrogate(std::string_view unescaped)
{
    for (auto at = unescaped.find('\xED'); at != unescaped.npos; at = unescaped.find('\xED', at + 1))
        if (at + 1 < unescaped.size() && static_cast<unsigned char>(unescaped[at + 1]) >= 0xA0) return true;
    return false;
}

// An object or array that TapeCheck will come back to.
struct Outer {
    Names::Outer names;
    bool         is_object;
};

// A thread's parser, the padded copy of the text that it reads, and the stacks of TapeCheck.
struct Workshop {
    simdjson::dom::parser   parser{simdjson::SIMDJSON_MAXSIZE_BYTES};
    std::unique_ptr<char[]> text;
    std::size_t             capacity = 0;
    std::size_t             used     = 0;  // bytes of the longest text since the last wipe
    std::vector<Outer>      outer;
    Names                   names;

    simdjson::error_code reserve(std::size_t needed)
    {
        if (capacity >= needed) return simdjson::SUCCESS;
        capacity = 0;  // until all of it is there
        if (auto const error = parser.allocate(needed)) return error;
        text     = std::make_unique_for_overwrite<char[]>(needed + simdjson::SIMDJSON_PADDING);
        capacity = needed;
        return simdjson::SUCCESS;
    }

    void wipe() noexcept
    {
        if (text) sodium_memzero(text.get(), used);
        used = 0;
    }
};

thread_local Workshop workshop;

// Walks simdjson's tape (its doc/tape.md) once from start to end, checks what its
// parser leaves to the caller, and notes the members of the outermost object.
class TapeCheck {
public:
    TapeCheck(Workshop& shop, simdjson::dom::document const& document, std::vector<Member>& members,
              Limits const& limits, bool has_escapes)
        : outer_(shop.outer),
          names_(shop.names),
          members_(members),
          document_(document),
          limits_(limits),
          has_escapes_(has_escapes)
    {
        outer_.clear();
        names_.clear();
        members_.clear();
    }

    std::optional<Fault> run()
    {
        auto const* const tape = document_.tape.get();
        std::size_t const end  = value(tape[0]) - 1;  // the root's word names the one after its twin
        for (std::size_t at = 1; at < end; ++at) {
            auto const word = tape[at];
            switch (auto const type = static_cast<char>(word >> 56); type) {
                case '{':
                case '[':
                    if (outer_.size() == limits_.depth) return Fault::too_deep;
                    outer_.push_back({.names = names_.begin_object(), .is_object = in_object_});
                    in_object_    = type == '{';
                    name_is_next_ = in_object_;
                    break;
                case '}':
                case ']':
                    if (!names_.end_object(outer_.back().names)) return Fault::duplicate_member;
                    in_object_    = outer_.back().is_object;
                    name_is_next_ = in_object_;
                    outer_.pop_back();
                    break;
                case '"':
                    if (auto const fault = string(text(word), at)) return fault;
                    break;
                case 'l':
                case 'u':
                case 'd':
                    ++at;  // the number itself takes a word
                    [[fallthrough]];
                default:
                    name_is_next_ = in_object_;
            }
        }
        return std::nullopt;
    }

private:
    static std::uint64_t value(std::uint64_t word) { return word & 0x00FF'FFFF'FFFF'FFFF; }

    std::string_view text(std::uint64_t word) const
    {
        auto const*   at = document_.string_buf.get() + value(word);
        std::uint32_t size;
        std::memcpy(&size, at, sizeof size);
        return {reinterpret_cast<char const*>(at + sizeof size), size};
    }

    std::optional<Fault> string(std::string_view text, std::size_t at)
    {
        if (has_escapes_ && has_surrogate(text)) return Fault::invalid_utf8;
        if (!name_is_next_) {
            name_is_next_ = in_object_;
            return std::nullopt;
        }
        if (has_escapes_ && text.find('\0') != text.npos) return Fault::malformed;
        if (names_.size() == limits_.members) return Fault::too_many_members;
        if (!names_.add(text)) return Fault::duplicate_member;
        if (outer_.size() == 1) {
            auto& member = members_.emplace_back();  // NB: in place; a copy would wait for its own stores
            member.name  = text;
            ValueAccess::point(member.value, document_, at + 1);
        }
        name_is_next_ = false;
        return std::nullopt;
    }

    std::vector<Outer>&            outer_;
    Names&                         names_;
    std::vector<Member>&           members_;
    simdjson::dom::document const& document_;
    Limits const&                  limits_;
    bool const                     has_escapes_;
    // Of the object or array that the walk is in.
    bool                           in_object_    = false;
    bool                           name_is_next_ = false;
};

simdjson::error_code parse_into(Workshop& shop, simdjson::dom::document& document, std::string_view text)
{
    auto const capacity = std::bit_ceil(std::max(text.size(), kFirstCapacity));
    if (auto const error = shop.reserve(capacity)) return error;
    if (document.capacity() < capacity)
        if (auto const error = document.allocate(capacity)) return error;

    shop.used = std::max(shop.used, text.size());
    // NB: libstdc++'s std::ranges::copy goes byte by byte between two character types.
    if (!text.empty()) std::memcpy(shop.text.get(), text.data(), text.size());  // of no text, data() may be null
    std::memset(shop.text.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    auto const error = shop.parser.parse_into_document(document, shop.text.get(), text.size(), false).error();
    if (shop.capacity > kKeptCapacity) {
        shop.wipe();
        shop = Workshop{};
    }
    return error;
}

}  // namespace

std::string_view name(Fault fault)
{
    switch (fault) {
        case Fault::malformed:
            return "malformed";
        case Fault::invalid_utf8:
            return "invalid_utf8";
        case Fault::duplicate_member:
            return "duplicate_member";
        case Fault::too_deep:
            return "too_deep";
        case Fault::too_many_members:
            return "too_many_members";
        case Fault::too_large:
            return "too_large";
        case Fault::not_an_object:
            return "not_an_object";
    }
    return "malformed";
}

Kind Value::kind() const
{
    auto const element = ValueAccess::unwrap(*this);
    switch (element.type()) {
        case element_type::NULL_VALUE:
            return Kind::null;
        case element_type::BOOL:
            return Kind::boolean;
        case element_type::INT64:
            return Kind::integer;
        case element_type::UINT64:
        case element_type::DOUBLE:
            return Kind::number;
        case element_type::STRING:
            return Kind::string;
        case element_type::ARRAY:
            return Kind::array;
        case element_type::OBJECT:
            return Kind::object;
    }
    return Kind::null;
}

std::optional<std::string_view> Value::string() const
{
    std::string_view text;
    if (ValueAccess::unwrap(*this).get(text)) return std::nullopt;
    return text;
}

std::optional<std::int64_t> Value::integer() const
{
    auto const element = ValueAccess::unwrap(*this);
    if (element.type() != element_type::INT64) return std::nullopt;
    return element.get_int64().value_unsafe();
}

std::optional<double> Value::number() const
{
    double number = 0;
    if (ValueAccess::unwrap(*this).get(number)) return std::nullopt;
    return number;
}

// NB: an optional of eight bytes leaves a function by way of memory, where its reader waits for both halves.
double Value::number_or(double otherwise) const
{
    double number = 0;
    return ValueAccess::unwrap(*this).get(number) ? otherwise : number;
}

std::optional<bool> Value::boolean() const
{
    bool boolean = false;
    if (ValueAccess::unwrap(*this).get(boolean)) return std::nullopt;
    return boolean;
}

std::optional<Value> Value::find(std::string_view member) const
{
    simdjson::dom::object object;
    if (ValueAccess::unwrap(*this).get(object)) return std::nullopt;
    simdjson::dom::element element;
    if (object.at_key(member).get(element)) return std::nullopt;
    return ValueAccess::wrap(element);
}

bool Value::for_each_member(std::function<bool(std::string_view, Value)> const& visit) const
{
    simdjson::dom::object object;
    if (ValueAccess::unwrap(*this).get(object)) return true;
    return std::all_of(object.begin(), object.end(),
                       [&](auto const& member) { return visit(member.key, ValueAccess::wrap(member.value)); });
}

bool Value::for_each_item(std::function<bool(Value)> const& visit) const
{
    simdjson::dom::array array;
    if (ValueAccess::unwrap(*this).get(array)) return true;
    return std::all_of(array.begin(), array.end(), [&](auto const& item) { return visit(ValueAccess::wrap(item)); });
}

std::string Value::text() const
{
    return simdjson::minify(ValueAccess::unwrap(*this));
}

Document::Document() : memory_(std::make_unique<Memory>()) {}
Document::Document(Document&&) noexcept            = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document()                              = default;

std::expected<Value, Fault> Document::parse_object(std::string_view text, Limits const& limits)
{
    auto& document = memory_->document;
    auto& shop     = workshop;
    if (text.size() > limits.bytes) return std::unexpected(Fault::too_large);
    memory_->used = std::max(memory_->used, text.size());
    if (auto const error = parse_into(shop, document, text)) return std::unexpected(fault_of(error));

    auto const root = document.root();
    if (!root.is_object()) return std::unexpected(Fault::not_an_object);

    if (auto const fault = TapeCheck(shop, document, memory_->members, limits, text.contains('\\')).run())
        return std::unexpected(*fault);
    return ValueAccess::wrap(root);
}

std::span<Member const> Document::members() const
{
    return memory_->members;
}

void Document::wipe() noexcept
{
    workshop.wipe();
    auto&      document = memory_->document;
    // What document.allocate() reserves for that many bytes is the most that they can fill; simdjson copies strings in
    // blocks, so that what follows one in the text gets into the padding too.
    auto const used     = std::min(std::exchange(memory_->used, 0), document.capacity());
    if (document.string_buf) sodium_memzero(document.string_buf.get(), 5 * used / 3 + simdjson::SIMDJSON_PADDING);
    if (document.tape) sodium_memzero(document.tape.get(), (used + 3) * sizeof(std::uint64_t));
}

std::string minify(std::string_view json)
{
    std::string out(json.size() + simdjson::SIMDJSON_PADDING, '\0');  // it writes in blocks
    std::size_t size = 0;
    if (simdjson::minify(json.data(), json.size(), out.data(), size)) size = 0;
    out.resize(size);
    return out;
}

std::expected<Value, Fault> parse_object(std::string_view text, Limits const& limits)
{
    thread_local Document document;
    auto                  value = document.parse_object(text, limits);
    if (text.size() > kKeptCapacity && !value) document = Document{};
    return value;
}

}  // namespace signet::json
