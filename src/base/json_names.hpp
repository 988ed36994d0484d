// base/json_names.hpp - whether an object names a member twice.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::json {

// A member's name, with what tells most names apart in one comparison: its size
// and first bytes.
class Name {
public:
    explicit Name(std::string_view text) : text_(text), mark_(first_bytes(text) ^ text.size() << 56) {}
    // One bit of 64; names that share it may be equal.
    [[nodiscard]] std::uint64_t bit() const { return std::uint64_t{1} << ((mark_ * 0x9E37'79B9'7F4A'7C15) >> 58); }

    friend bool operator==(Name const& a, Name const& b) { return a.mark_ == b.mark_ && a.text_ == b.text_; }
    friend bool operator<(Name const& a, Name const& b) { return a.text_ < b.text_; }

private:
    // Up to eight of them, in some order. NB: each load is as wide as it can be; a word put together in memory byte by
    // byte makes the one who reads it wait.
    static std::uint64_t first_bytes(std::string_view text)
    {
        auto const byte = [&](std::size_t at) -> std::uint64_t { return static_cast<unsigned char>(text[at]); };
        auto const size = text.size();
        if (size >= 8) return load<std::uint64_t>(text.data());
        if (size >= 4) return load<std::uint32_t>(text.data()) | load<std::uint32_t>(text.data() + size - 4) << 32;
        if (size == 0) return 0;
        return byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
    }
    template <class T>
    static std::uint64_t load(char const* at)
    {
        T value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }

    std::string_view text_;
    std::uint64_t    mark_;
};

// The names of one object. Few are compared as they come, and most of those not
// at all; many are sorted once they are all there.
class Names {
public:
    static constexpr std::size_t kFew = 16;

    void clear()
    {
        names_.clear();
        first_ = 0;
        bits_  = 0;
    }

    // What an object inside another has to put back.
    struct Outer {
        std::size_t   first;
        std::uint64_t bits;
    };
    Outer              begin_object() { return {std::exchange(first_, names_.size()), std::exchange(bits_, 0)}; }
    // False when a name is there twice.
    [[nodiscard]] bool end_object(Outer const& outer)
    {
        auto const here = std::span{names_}.subspan(first_);
        if (here.size() > kFew) {
            std::sort(here.begin(), here.end());
            if (std::ranges::adjacent_find(here) != here.end()) return false;
        }
        names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(first_), names_.end());
        first_ = outer.first;
        bits_  = outer.bits;
        return true;
    }

    [[nodiscard]] std::size_t size() const { return names_.size() - first_; }

    // False when it is there already. Beyond kFew end_object() says so.
    [[nodiscard]] bool add(std::string_view text)
    {
        auto const& name = names_.emplace_back(text);  // NB: in place; a copy would wait for its own stores
        auto const  bit  = name.bit();
        if ((bits_ & bit) != 0 && is_repeated()) return false;
        bits_ |= bit;
        return true;
    }

private:
    // Whether the last name is one of the few before it.
    [[gnu::noinline]] bool is_repeated() const
    {
        auto const before = std::span{names_}.subspan(first_, size() - 1);
        return before.size() < kFew && std::ranges::find(before, names_.back()) != before.end();
    }

    std::vector<Name> names_;
    std::size_t       first_ = 0;
    std::uint64_t     bits_  = 0;
};

}  // namespace signet::json
