// jose/jwe_content.hpp - authenticated encryption of the content. RFC 7518 5.
#pragma once
#include <string>
#include <string_view>

#include "jose/jwe_algorithms.hpp"
#include "jose/secret_bytes.hpp"

namespace jose::detail {

struct Sealed {
    std::string iv;
    std::string ciphertext;
    std::string tag;
};

// With a new random IV. `key` has the row's size; `plaintext` is below 2^31 bytes.
[[nodiscard]] Sealed seal_content(ContentRow const& row, SecretBytes const& key, std::string_view associated,
                                  std::string_view plaintext);
// The same with an IV of the caller's. For test vectors: an IV used twice gives
// the key away.
[[nodiscard]] Sealed seal_content_with_iv(ContentRow const& row, SecretBytes const& key, std::string_view iv,
                                          std::string_view associated, std::string_view plaintext);

// The parts of a text whose tag has not been checked; decoded.
struct Unopened {
    std::string_view iv;
    std::string_view ciphertext;
    std::string_view tag;
};

// Fills `plaintext` and says true when the tag is right; otherwise wipes it and
// says false, whatever was wrong.
[[nodiscard]] bool open_content(ContentRow const& row, SecretBytes const& key, std::string_view associated,
                                Unopened const& parts, std::string& plaintext);

}  // namespace jose::detail
