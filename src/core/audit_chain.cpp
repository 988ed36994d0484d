#include "core/audit_chain.hpp"

#include <algorithm>
#include <charconv>

#include "base/result.hpp"
#include "core/token_secret.hpp"

namespace signet::core {
namespace {

constexpr std::size_t      kLinkBytes = 32;
constexpr std::string_view kDigits    = "0123456789abcdef";

// What is hashed says what it is, and each part how long it is: no two rows have the same bytes.
constexpr std::string_view kRowDomain     = "signet audit row 1";
constexpr std::string_view kRemovedDomain = "signet audit removed 1";

void append_number(std::string& out, std::int64_t number)
{
    auto const bits = static_cast<std::uint64_t>(number);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift);
}

void append_text(std::string& out, std::string_view text)
{
    append_number(out, static_cast<std::int64_t>(text.size()));
    out += text;
}

void append_text(std::string& out, std::optional<std::string> const& text)
{
    out += text ? '\x01' : '\x00';
    if (text) append_text(out, std::string_view{*text});
}

std::string hmac(RootKey const& key, std::string_view message)
{
    auto const digest = hmac_sha256(key.reveal(), message);
    return {digest.begin(), digest.end()};
}

}  // namespace

std::string AuditHead::text() const
{
    auto out = std::to_string(row) + ':';
    for (auto const c : link) {
        auto const byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::optional<AuditHead> AuditHead::parse(std::string_view text)
{
    AuditHead head;
    auto const [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), head.row);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (wrong != std::errc{} || head.row < 0 || text.size() != 1 + 2 * kLinkBytes || text.front() != ':') return {};
    for (std::size_t i = 1; i < text.size(); i += 2) {
        auto const high = kDigits.find(text[i]);
        auto const low  = kDigits.find(text[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return {};
        head.link += static_cast<char>(high << 4 | low);
    }
    return head;
}

AuditHead empty_audit_log()
{
    return {.row = 0, .link = std::string(kLinkBytes, '\0')};
}

std::string AuditChain::make_sealed_key(MasterKey const& master, Random& random)
{
    WipedDigest key;
    random.fill(key.bytes);
    SecretString const secret{{reinterpret_cast<char const*>(key.bytes.data()), key.bytes.size()}};
    return master.seal(secret, secret_context(kAuditChainSecret), random);
}

Result<AuditChain> AuditChain::open(MasterKey const& master, std::string_view sealed_key)
{
    auto const text = TRY(master.open(sealed_key, secret_context(kAuditChainSecret)));
    if (text.size() != RootKey::kBytes)
        return refused(Errc::wrong_master_key, "the audit log's key has another length");
    WipedDigest key;
    std::ranges::copy(text.reveal(), key.bytes.begin());
    return AuditChain{RootKey{key.bytes}};
}

std::string AuditChain::link(std::string_view previous, AuditRow const& row) const
{
    std::string message;
    message.reserve(256);
    append_text(message, kRowDomain);
    append_text(message, previous);
    append_number(message, row.id);
    append_number(message, row.at);
    append_text(message, std::string_view{row.event});
    append_text(message, row.user);
    append_text(message, row.session);
    append_text(message, std::string_view{row.address});
    append_text(message, std::string_view{row.user_agent});
    append_text(message, std::string_view{row.detail});
    return hmac(key_, message);
}

std::string AuditChain::seal(AuditHead const& removed) const
{
    std::string message;
    append_text(message, kRemovedDomain);
    append_number(message, removed.row);
    append_text(message, std::string_view{removed.link});
    return hmac(key_, message);
}

}  // namespace signet::core
