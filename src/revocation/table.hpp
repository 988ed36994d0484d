// revocation/table.hpp - memory for the slots of one hash table, and a byte for each in its filter.
#pragma once
#include <cstddef>
#include <cstdint>

namespace signet::revocation {

class Table {
public:
    // Throws std::bad_alloc. What is in the memory is not said.
    Table(std::uint32_t slots, std::size_t bytes_of_each);
    ~Table();
    Table(Table const&)            = delete;
    Table& operator=(Table const&) = delete;

    [[nodiscard]] void*         memory() const { return memory_; }
    [[nodiscard]] void*         filter() const { return static_cast<std::byte*>(memory_) + bytes_ - slots_; }
    [[nodiscard]] std::uint32_t slots() const { return slots_; }
    [[nodiscard]] std::size_t   bytes() const { return bytes_; }

private:
    std::size_t   bytes_;
    std::uint32_t slots_;
    void*         memory_;
};

}  // namespace signet::revocation
