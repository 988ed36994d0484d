// cli/instance.hpp - an opened data folder with the rules over it, ready to be served or administered.
#pragma once
#include <expected>
#include <filesystem>
#include <memory>

#include "base/metrics.hpp"
#include "cli/config.hpp"
#include "cli/data_folder.hpp"
#include "core/audit_review.hpp"
#include "core/keyring.hpp"
#include "core/master_key.hpp"
#include "core/ports.hpp"

namespace signet::cli {

// Where else than in the data folder its master key may lie.
[[nodiscard]] KeySources key_sources(Config const& config);

// Thread-safe after open(), as its ports are.
class Instance {
public:
    // What it is opened for. Only the server's own configuration says how tokens are signed: a server that finds keys
    // of another algorithm makes one of its own, an administering verb leaves them as they are.
    // Whoever copies it may become root again (RootAgain): key and copy may be in places that are root's alone.
    enum class Purpose { serving, administering, copying };

    // Reads or makes the master key, opens the database, and loads the signing keys (making the first one). For
    // serving, `config` has its issuer; for anything else, root becomes the folder's owner. Throws std::runtime_error
    // when the database cannot be opened.
    [[nodiscard]] static std::expected<std::unique_ptr<Instance>, Trouble> open(Config const&     config,
                                                                                DataFolder const& folder,
                                                                                Purpose           purpose);
    ~Instance();

    [[nodiscard]] core::Ports const&     ports() const;
    [[nodiscard]] core::Keyring&         keyring();
    [[nodiscard]] core::Keyring&         feed_keyring();
    [[nodiscard]] core::Keyring&         event_keyring();
    [[nodiscard]] core::Keyring&         keyring(core::KeyPurpose purpose);
    // What the tokens of receivers are under.
    [[nodiscard]] core::MasterKey const& master_key() const;
    [[nodiscard]] core::AuditReview&     audit_review();

    // Makes the next signing key, published now and signing after publish_ahead; false when one waits already. Of a
    // purpose that has a key.
    [[nodiscard]] core::Result<bool> schedule_key(core::KeyPurpose purpose);

    // One moment's database as a file of its own, while others go on.
    [[nodiscard]] core::Result<void> copy_database(std::filesystem::path const& file);

    // Whether people can sign in: storage can commit and a signing key is at hand.
    [[nodiscard]] core::Result<void> check_ready();
    // SQL statements so far.
    [[nodiscard]] std::uint64_t      statements() const;
    [[nodiscard]] std::uint64_t      commits() const;
    // Writes that wait for the commit before them.
    [[nodiscard]] std::size_t        waiting_writes() const;
    // From now on each commit tells how long it took; `commit_seconds` must outlive this object.
    void                             measure(Histogram& commit_seconds);

private:
    struct State;
    explicit Instance(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace signet::cli
