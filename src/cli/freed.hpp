// cli/freed.hpp - for std::unique_ptr: an object of a C library, and the function that frees it.
#pragma once

namespace signet::cli {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const
    {
        Free(object);
    }
};

}  // namespace signet::cli
