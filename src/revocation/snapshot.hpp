// revocation/snapshot.hpp - all that is revoked, as one text: docs/reference/revocation-feed.md.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "revocation/message.hpp"

namespace signet::revocation {

inline constexpr std::size_t kLargestSnapshot = 256UL * 1024 * 1024;  // bytes

// The text: a signed head, and each line with a line feed behind it. The lines ascend, and the last of them is not
// behind `at`. sign_snapshot_head()'s codes. Cost: one signature and one hash over the text.
[[nodiscard]] jose::Result<std::string> format_snapshot(Position const& at, std::span<std::string const> lines,
                                                        Signing const& signing);

struct Snapshot {
    SnapshotHead       head;
    std::vector<Entry> entries;  // their sequences ascend, with gaps where entries were forgotten
};

// Reads the text in whatever pieces it comes. One thread at a time.
class SnapshotReader {
public:
    // Of keys that are in `revoked` nothing is believed; it outlives the reader.
    SnapshotReader(jose::KeySet keys, std::string issuer, std::size_t largest = kLargestSnapshot,
                   RevocationSet const* revoked = nullptr);
    SnapshotReader(SnapshotReader&&) noexcept;
    SnapshotReader& operator=(SnapshotReader&&) noexcept;
    ~SnapshotReader();

    // Refuses as soon as it is plain that there will be no snapshot: read_message()'s codes for the head,
    // malformed_claims for the lines, token_too_large. Once refused, refused for good.
    [[nodiscard]] jose::Result<void> take(std::string_view bytes);

    // At the end of the text: whether it is all there, every byte as the head says. Once only.
    [[nodiscard]] jose::Result<Snapshot> finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace signet::revocation
