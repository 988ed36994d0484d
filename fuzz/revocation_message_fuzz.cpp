// What the revocation feed says: claims, a line, a delta's lines, a snapshot's. What is accepted is the same when it
// is written and read again; nothing else is.
//
// The first byte says which, and into what pieces a snapshot is cut.
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "jose/jwt.hpp"
#include "require.hpp"
#include "revocation/snapshot.hpp"
#include "signed_text.hpp"

namespace {

using namespace signet::revocation;
using fuzz::require;

constexpr std::string_view kIssuer = "https://id.example.com";

struct NoRandom final : signet::Random {
    void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{7}); }
};

fuzz::Signer const& signer()
{
    static auto const made = fuzz::ed25519_signer();
    return made;
}

Signing signing()
{
    static NoRandom random;
    return {kIssuer, signet::from_unix_milliseconds(1'764'200'000'123), random, signer().key};
}

bool same(Delta const& a, Delta const& b)
{
    return a.before == b.before && a.after == b.after && a.entries == b.entries;
}
bool same(Heartbeat const& a, Heartbeat const& b)
{
    return a.at == b.at && a.time == b.time && a.run == b.run && a.up == b.up && a.stream == b.stream &&
           a.nonce == b.nonce;
}
bool same(SnapshotHead const& a, SnapshotHead const& b)
{
    return a.at == b.at && a.time == b.time && a.count == b.count && a.digest == b.digest;
}

jose::Result<std::string> sign(Delta const& delta)
{
    return sign_delta(delta, signing());
}
jose::Result<std::string> sign(Heartbeat const& heartbeat)
{
    return sign_heartbeat(heartbeat, signing());
}
jose::Result<std::string> sign(SnapshotHead const& head)
{
    return sign_snapshot_head(head, signing());
}

void check_claims(std::string_view json)
{
    auto const read = read_claims(json);
    if (!read) return;
    std::visit(
        [](auto const& said) {
            auto const text = sign(said);
            require(text && text->size() <= kLargestMessage);
            auto const again = read_message(*text, {signer().keys, kIssuer});
            require(again && std::holds_alternative<std::remove_cvref_t<decltype(said)>>(*again));
            require(same(said, std::get<std::remove_cvref_t<decltype(said)>>(*again)));
        },
        *read);
}

void check_line(std::string_view line)
{
    auto const entry = parse_line(line);
    if (!entry) return;
    require(format_line(*entry) == line);
    require(is_subject(entry->subject) && entry->sequence > 0);
}

std::vector<Entry> entries_of(std::string_view lines)
{
    std::vector<Entry> entries;
    while (!lines.empty()) {
        auto const end   = std::min(lines.find('\n'), lines.size());
        auto       entry = parse_line(lines.substr(0, end));
        if (entry) entries.push_back(*std::move(entry));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return entries;
}

// Rightly linked, whatever they are.
void check_delta(std::string_view lines)
{
    Delta delta{.after = {.log = 1}, .entries = entries_of(lines)};
    if (delta.entries.empty()) return;
    if (delta.entries.front().sequence != 1) delta.before[0] = 1;
    delta.after.sequence = delta.entries.back().sequence;
    delta.after.hash     = delta.before;
    bool consecutive     = delta.entries.size() <= kMostEntries;
    for (std::size_t i = 0; i < delta.entries.size(); ++i) {
        delta.after.hash = link(delta.after.hash, format_line(delta.entries[i]));
        consecutive      = consecutive && delta.entries[i].sequence == delta.entries.front().sequence + i;
    }
    auto const text = sign(delta);
    if (!text) return require(delta.entries.size() > kMostEntries);
    auto const read = read_message(*text, {signer().keys, kIssuer});
    require(read.has_value() == consecutive);
    if (read) require(same(delta, std::get<Delta>(*read)));
}

jose::Result<Snapshot> read_snapshot(std::string_view text, std::size_t piece)
{
    SnapshotReader reader{signer().keys, std::string{kIssuer}};
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        auto taken = reader.take(text.substr(0, piece));
        if (!taken) return std::unexpected(std::move(taken).error());
    }
    return reader.finish();
}

// Under the head that these lines would have.
void check_snapshot(std::string_view body, std::size_t piece)
{
    auto const entries = entries_of(body);
    auto const last    = entries.empty() ? 0 : entries.back().sequence;
    Hash       hash{};
    if (last > 0) hash[0] = 1;
    std::vector<std::string> lines;
    for (auto const& entry : entries) lines.push_back(format_line(entry));
    auto const text = *format_snapshot({.log = 1, .sequence = last, .hash = hash}, lines, signing());
    auto const head = text.substr(0, text.find('\n') + 1);

    bool const ascending = std::ranges::is_sorted(entries, std::ranges::less_equal{}, &Entry::sequence);
    auto const rewritten = read_snapshot(text, piece);
    require(rewritten.has_value() == ascending);
    if (rewritten) require(rewritten->entries == entries);
    // The body itself, with whatever stands between the lines that are some.
    auto const given = read_snapshot(head + std::string{body}, piece);
    require(given.has_value() == (ascending && head + std::string{body} == text));
    require(read_snapshot(head + std::string{body}, text.size()).has_value() == given.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    if (size == 0) return 0;
    auto const text = fuzz::text_of(data + 1, size - 1);
    switch (data[0] % 4) {
        case 0:
            check_claims(text);
            break;
        case 1:
            check_line(text);
            break;
        case 2:
            check_delta(text);
            break;
        default:
            check_snapshot(text, data[0] / 4 + 1U);
    }
    return 0;
}
