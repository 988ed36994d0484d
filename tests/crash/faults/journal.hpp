// tests/crash/faults/journal.hpp - everything done to the watched files, in order.
//
// It lies in the file that FAULTS_JOURNAL names, outside the watched folder, and tells what a disk
// that loses power may have kept: tests/crash/power_cut.mjs reads it. Records are of this machine's
// byte order: a Header, then its bytes.
#pragma once
#include <cstdint>
#include <string_view>

namespace crash {

enum class Entry : std::uint32_t {
    seen     = 1,   // file, path: an open file and its name
    created  = 2,   // file, path
    written  = 3,   // file, at; the bytes
    resized  = 4,   // file, at: its length from now on
    synced   = 5,   // file, or a folder
    unsynced = 6,   // file: a sync that failed, after which nobody knows
    linked   = 7,   // path, NUL, another path
    renamed  = 8,   // likewise
    removed  = 9,   // path
    folder   = 10,  // path
};

struct Header {
    Entry         entry;
    std::uint32_t length;  // of the bytes that follow
    std::uint64_t file;    // inode
    std::uint64_t at;
};

// Nothing without FAULTS_JOURNAL. Not thread-safe.
void note(Header header, std::string_view bytes);

}  // namespace crash
