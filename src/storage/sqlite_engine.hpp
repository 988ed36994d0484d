// storage/sqlite_engine.hpp - Engine on one SQLite file.
//
// Knows:  connections, journal, checkpoints, and SQLite's errors.
// Knows nothing of:  users, sessions, or any other noun.
#pragma once
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

struct SqliteOptions {
    std::size_t               readers      = 4;  // connections that read beside the writer, opened when wanted
    std::chrono::milliseconds longest_wait = std::chrono::seconds{5};  // for a connection or a lock; then unavailable
    int                       checkpoint_pages = 4000;  // pages in the WAL that wake the checkpoint thread
};

// WAL, synchronous=FULL: a commit is on disk before write() answers. One writer
// at a time, and one commit for all who wait for it (storage/commit_queue.hpp);
// other processes may use the same file.
class SqliteEngine final : public Engine {
public:
    // Creates the file, readable by its owner alone, when it does not exist. Throws std::runtime_error.
    explicit SqliteEngine(std::filesystem::path const& file, SqliteOptions const& options = {});
    ~SqliteEngine() override;

    [[nodiscard]] std::uint64_t statements() const override;
    [[nodiscard]] std::uint64_t commits() const override;

    // One moment's data as a new file of its own, while others go on reading and writing. Errc::unavailable.
    [[nodiscard]] Result<void>                     copy_to(std::filesystem::path const& file);
    // Moves everything committed into the file itself, durably: it may then be taken elsewhere without its WAL.
    // Errc::unavailable, also while somebody else is at it.
    [[nodiscard]] Result<void>                     settle();
    // What SQLite finds wrong in the file; empty when nothing is. Reads all of it.
    [[nodiscard]] Result<std::vector<std::string>> find_damage();
    // From now on each commit tells how long it took; `commit_seconds` must outlive this object.
    void                                           measure(Histogram& commit_seconds);
    // Writes that wait for the commit before them.
    [[nodiscard]] std::size_t                      waiting() const;

protected:
    [[nodiscard]] Result<void> run(Access access, Body const& body) override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace signet::storage
