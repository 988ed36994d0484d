#include "revocation/snapshot.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "base/result.hpp"

namespace signet::revocation {
namespace {

using jose::Errc;
using jose::Result;

// The longest that parse_line() takes is shorter.
constexpr std::size_t kLongestLine = 256;
// A head may say what it likes; memory is taken for what comes.
constexpr std::size_t kReserved    = 1UL << 20;

std::unexpected<jose::Error> refuse(Errc code, std::string_view detail)
{
    return std::unexpected(jose::Error{.code = code, .detail = std::string{detail}});
}

class Sha256 {
public:
    Sha256() { must(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr)); }
    void add(std::string_view bytes) { must(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size())); }
    Hash finish()
    {
        Hash hash;
        must(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr));
        return hash;
    }

private:
    // It has no other reason to fail.
    static void must(int done)
    {
        if (done != 1) throw std::bad_alloc{};
    }
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

}  // namespace

struct SnapshotReader::State {
    jose::KeySet                keys;
    std::string                 issuer;
    std::size_t                 largest;
    RevocationSet const*        revoked;
    std::optional<SnapshotHead> head{};
    std::vector<Entry>          entries{};
    std::string                 line{};  // the beginning of the one that is still to come
    std::size_t                 size = 0;
    Sha256                      digest{};
    std::optional<jose::Error>  refusal{};

    Result<void> take(std::string_view bytes);
    Result<void> take_line(std::string_view text);
    Result<void> take_head(std::string_view text);
};

SnapshotReader::SnapshotReader(jose::KeySet keys, std::string issuer, std::size_t largest, RevocationSet const* revoked)
    : state_(new State{.keys = std::move(keys), .issuer = std::move(issuer), .largest = largest, .revoked = revoked})
{
}
SnapshotReader::SnapshotReader(SnapshotReader&&) noexcept            = default;
SnapshotReader& SnapshotReader::operator=(SnapshotReader&&) noexcept = default;
SnapshotReader::~SnapshotReader()                                    = default;

Result<void> SnapshotReader::take(std::string_view bytes)
{
    if (state_->refusal) return std::unexpected(*state_->refusal);
    auto taken = state_->take(bytes);
    if (!taken) state_->refusal = taken.error();
    return taken;
}

Result<void> SnapshotReader::State::take(std::string_view bytes)
{
    size += bytes.size();
    if (size > largest) return refuse(Errc::token_too_large, "the snapshot is too large");

    while (!bytes.empty()) {
        auto const end = std::min(bytes.find('\n'), bytes.size());
        if (line.size() + end > (head ? kLongestLine : kLargestMessage))
            return refuse(Errc::token_too_large, "a line of the snapshot is too long");
        if (head) digest.add(bytes.substr(0, end + 1));
        line.append(bytes.substr(0, end));
        if (end == bytes.size()) return {};

        bytes.remove_prefix(end + 1);
        TRY(head ? take_line(line) : take_head(line));
        line.clear();
    }
    return {};
}

Result<void> SnapshotReader::State::take_head(std::string_view text)
{
    auto const  message = TRY(read_message(text, {keys, issuer, revoked}));
    auto const* said    = std::get_if<SnapshotHead>(&message);
    if (said == nullptr) return refuse(Errc::malformed_claims, "the first line is another message");
    head = *said;
    entries.reserve(std::min<std::size_t>(head->count, kReserved));
    return {};
}

Result<void> SnapshotReader::State::take_line(std::string_view text)
{
    auto       entry = parse_line(text);
    auto const last  = entries.empty() ? 0 : entries.back().sequence;
    if (!entry) return refuse(Errc::malformed_claims, "a line of the snapshot is no entry");
    if (entry->sequence <= last || entry->sequence > head->at.sequence)
        return refuse(Errc::malformed_claims, "the entries of the snapshot are not in order");
    if (entries.size() == head->count)
        return refuse(Errc::malformed_claims, "the snapshot has more than its head says");
    entries.push_back(*std::move(entry));
    return {};
}

Result<Snapshot> SnapshotReader::finish()
{
    auto& state = *state_;
    if (state.refusal) return std::unexpected(*state.refusal);
    state.refusal = jose::Error{.code = Errc::malformed_claims, .detail = "the snapshot ended before"};
    if (!state.head || !state.line.empty() || state.entries.size() != state.head->count)
        return refuse(Errc::malformed_claims, "the snapshot ends too early");
    if (state.digest.finish() != state.head->digest) return refuse(Errc::malformed_claims, "digest");
    return Snapshot{.head = *state.head, .entries = std::move(state.entries)};
}

Result<std::string> format_snapshot(Position const& at, std::span<std::string const> lines, Signing const& signing)
{
    Sha256      digest;
    std::size_t size = 0;
    for (auto const& line : lines) {
        digest.add(line);
        digest.add("\n");
        size += line.size() + 1;
    }
    auto const head = SnapshotHead{.at = at, .time = signing.now, .count = lines.size(), .digest = digest.finish()};
    auto       text = TRY(sign_snapshot_head(head, signing));
    text.reserve(text.size() + 1 + size);
    text += '\n';
    for (auto const& line : lines) text.append(line).append("\n");
    return text;
}

}  // namespace signet::revocation
