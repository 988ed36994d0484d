// cli/private_file.hpp - files that only their owner may read: whole or not there at all, and durable.
#pragma once
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace signet::cli {

// What went wrong and what to do about it, in one sentence for the operator.
using Trouble = std::string;

// "Cannot write /x: No space left on device.", by errno.
[[nodiscard]] Trouble system_trouble(std::string_view what, std::filesystem::path const& path);

// A file descriptor, closed with the object.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&&) = delete;

    [[nodiscard]] int  get() const { return number_; }
    [[nodiscard]] bool ok() const { return number_ >= 0; }

private:
    int number_;
};

// Of mode 0600; never one that somebody else has put there. Not ok(): errno says why.
[[nodiscard]] Descriptor create_new(std::filesystem::path const& path);
// False: errno says why.
[[nodiscard]] bool       write_all(int file, std::string_view content);
[[nodiscard]] bool       sync_folder(std::filesystem::path const& folder);
// For when something failed: errno says what, still.
void                     discard(std::filesystem::path const& path);

// Run by root, `path` becomes the user's who owns `like`: what lies in a server's folder must be the server's.
[[nodiscard]] std::expected<void, Trouble> give_to_owner_of(std::filesystem::path const& like,
                                                            std::filesystem::path const& path);

// Who else may be able to read a file that holds a secret.
enum class Readers {
    nobody,      // refused where its mode lets others
    as_it_came,  // it was handed over by systemd, whose folder guards it
};
// What a file of 4096 bytes at most holds. `what` names it in a refusal: "the master key".
[[nodiscard]] std::expected<SecretString, Trouble> read_secret_file(std::string_view             what,
                                                                    std::filesystem::path const& path, Readers others);

// Writes a file that only its owner may read, whole or not at all, and durably. False when it exists already.
[[nodiscard]] std::expected<bool, Trouble> create_private_file(std::filesystem::path const& path,
                                                               std::string_view             content);

}  // namespace signet::cli
