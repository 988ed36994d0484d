// base/secret.hpp - text that is wiped and cannot be printed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace signet {

// A password, key, or token on its way through the process.
//
// Wiped when it is destroyed or moved from. Not copyable. There is no
// operator<< and no formatter: whoever needs the bytes calls reveal(), and one
// grep finds them all.
class SecretString {
public:
    SecretString() = default;
    explicit SecretString(std::string_view text) : text_(text) {}
    ~SecretString() { wipe(); }

    SecretString(SecretString const&)            = delete;
    SecretString& operator=(SecretString const&) = delete;
    SecretString(SecretString&& other) noexcept;
    SecretString& operator=(SecretString&& other) noexcept;

    [[nodiscard]] std::string_view reveal() const { return text_; }
    [[nodiscard]] bool             empty() const { return text_.empty(); }
    [[nodiscard]] std::size_t      size() const { return text_.size(); }

private:
    void wipe() noexcept;

    std::string text_;
};

void wipe_memory(void* memory, std::size_t bytes) noexcept;

// Wipes what it gives back, so that a text which grew or ended leaves no copy of it.
template <class T>
struct WipingAllocator {
    using value_type = T;

    WipingAllocator() = default;
    template <class U>
    WipingAllocator(WipingAllocator<U> const&) noexcept
    {
    }

    [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void             deallocate(T* memory, std::size_t count) noexcept
    {
        wipe_memory(memory, count * sizeof(T));
        std::allocator<T>{}.deallocate(memory, count);
    }
    friend bool operator==(WipingAllocator, WipingAllocator) { return true; }
};

// For text under construction that may hold a secret; up to 15 bytes stay where they are.
using WipedString = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace signet
