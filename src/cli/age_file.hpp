// cli/age_file.hpp - encrypted files in the age format, version 1: https://age-encryption.org/v1
//
// A format with a specification and other programs that read it: what Signet writes, `age --decrypt` opens, and the
// other way round. Here: header, its MAC, and the payload in chunks of 64 KiB, each authenticated, the last marked.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <istream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "cli/age_keys.hpp"

namespace signet::cli {

// Encrypts a stream. Not copyable, one thread.
class AgeWriter {
public:
    // Takes the next bytes of the file; false when they could not be written.
    using Sink = std::function<bool(std::string_view)>;

    // `stanzas` wrap this `file_key`, each for one who may open the file.
    AgeWriter(SecretString const& file_key, std::span<AgeStanza const> stanzas, Random& random, Sink sink);

    // False when the sink said so, now or before.
    [[nodiscard]] bool write(std::string_view plain);
    // Without it the file is cut short, and nobody opens it.
    [[nodiscard]] bool finish();

private:
    enum class Position : std::uint8_t { middle = 0, last = 1 };

    bool put_chunk(Position position);

    Sink          sink_;
    SecretString  key_;
    std::uint64_t counter_ = 0;
    WipedString   pending_;  // not yet encrypted, at most one chunk
    bool          ok_ = true;
};

[[nodiscard]] SecretString make_file_key(Random& random);

// Decrypts a stream: nothing of a chunk is given out before it was found authentic, and the end only when it is the
// end that was written.
class AgeReader {
public:
    using Opener = std::function<std::expected<SecretString, Trouble>(std::span<AgeStanza const>)>;

    // Reads the header; `open` gives the file key. A refusal is a sentence's second half: "it is no age file".
    [[nodiscard]] static std::expected<AgeReader, Trouble> open(std::istream& file, Opener const& open);

    // Fills `into`; gives less only at the end.
    [[nodiscard]] std::expected<std::size_t, Trouble> read(std::span<char> into);

private:
    AgeReader(std::istream& file, SecretString key) : file_(&file), key_(std::move(key)) {}

    [[nodiscard]] std::expected<void, Trouble> next_chunk();

    std::istream* file_;
    SecretString  key_;
    std::uint64_t counter_ = 0;
    WipedString   chunk_;      // decrypted
    std::size_t   given_ = 0;  // of it
    bool          ended_ = false;
};

}  // namespace signet::cli
