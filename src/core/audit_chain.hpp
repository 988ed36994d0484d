// core/audit_chain.hpp - what makes an edit of the audit log visible: each row's link covers the row and the link
// before.
//
//     link(n) = HMAC-SHA256(key, link(n-1) ‖ row n)
//
// Keyed, so that whoever can write to the database file, yet lacks the master key, cannot make a link (CHECKS E34,
// docs/decisions/0014). A cut at the end is shown by a head that was kept elsewhere, and by nothing else.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "core/master_key.hpp"
#include "core/result.hpp"
#include "core/root_key.hpp"

namespace signet::core {

// A row as it is kept. Its columns are not looked into: an edit may have left what means nothing.
struct AuditRow {
    std::int64_t               id = 0;  // 1, 2, 3, …
    std::int64_t               at = 0;  // Unix milliseconds
    std::string                event;
    std::optional<std::string> user;  // 16 bytes, as `session`
    std::optional<std::string> session;
    std::string                address;
    std::string                user_agent;
    std::string                detail;
    std::string                link;  // 32 bytes
};

// A place in the log and the link there: it stands for all rows up to it.
struct AuditHead {
    std::int64_t row = 0;
    std::string  link;

    // "1042:5f3c…", 64 hexadecimal digits.
    [[nodiscard]] std::string                     text() const;
    [[nodiscard]] static std::optional<AuditHead> parse(std::string_view text);
    bool                                          operator==(AuditHead const&) const = default;
};

// The head of a log without rows.
[[nodiscard]] AuditHead empty_audit_log();

// What the chain's key is called among the secrets that hang on the master key.
inline constexpr std::string_view kAuditChainSecret = "audit_chain";

// Thread-safe.
class AuditChain {
public:
    // A new key, for the database to keep as kAuditChainSecret.
    [[nodiscard]] static std::string        make_sealed_key(MasterKey const& master, Random& random);
    // Errc::wrong_master_key.
    [[nodiscard]] static Result<AuditChain> open(MasterKey const& master, std::string_view sealed_key);

    // The link of `row`, whatever its own says; `previous` is the link of the row before. One HMAC.
    [[nodiscard]] std::string link(std::string_view previous, AuditRow const& row) const;
    // Stands beside the head up to which rows were removed: only this program removes rows.
    [[nodiscard]] std::string seal(AuditHead const& removed) const;

private:
    explicit AuditChain(RootKey key) : key_(std::move(key)) {}

    RootKey key_;
};

}  // namespace signet::core
