// cli/tar.hpp - the headers of a tar archive (POSIX.1-2017, pax, "ustar"), as many as a backup needs.
//
// A backup is a tar inside an age file, so that `age --decrypt FILE | tar x` gives what is in it. Only regular files
// in the archive's root; a library that reads thirty formats would be more than that takes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace signet::cli {

inline constexpr std::size_t kTarBlock = 512;

struct TarEntry {
    std::string   name;  // at most 100 bytes
    std::uint64_t size;
};

// The block before a file's content, of mode 0600.
[[nodiscard]] std::string             tar_header(TarEntry const& entry, TimePoint modified);
// Zero bytes after it, up to a whole block.
[[nodiscard]] std::string             tar_padding(std::uint64_t size);
// After the last.
[[nodiscard]] std::string             tar_end();
// nullopt for a block that is not the header of a regular file.
[[nodiscard]] std::optional<TarEntry> parse_tar_header(std::string_view block);

}  // namespace signet::cli
