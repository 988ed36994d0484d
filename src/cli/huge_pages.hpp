// cli/huge_pages.hpp - the memory of password hashes: in huge pages, and kept while people sign in.
#pragma once

namespace signet::cli {

// To be called now and then, once a second say: what no hash has used since the last call goes back to the system.
// Thread-safe. Without effect where the program has no mmap of its own: under sanitizers.
void give_back_hash_memory();

}  // namespace signet::cli
