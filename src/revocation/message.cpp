#include "revocation/message.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/uuid.hpp"
#include "jose/base64url.hpp"
#include "jose/jwt.hpp"

namespace signet::revocation {
namespace {

using jose::Errc;
using jose::Result;
using json::Value;

constexpr std::string_view kDelta     = "urn:signet:revocations";
constexpr std::string_view kHeartbeat = "urn:signet:heartbeat";
constexpr std::string_view kSnapshot  = "urn:signet:snapshot";

// As parse_line() has it.
constexpr std::int64_t kLatest = 99'999'999'999'999;

std::unexpected<jose::Error> refuse(Errc code, std::string_view detail)
{
    return std::unexpected(jose::Error{.code = code, .detail = std::string{detail}});
}

// ---- writing ----

json::Object position(Position const& at)
{
    json::Object event;
    event.set("log", at.log).set("seq", static_cast<std::int64_t>(at.sequence));
    return event;
}

Result<std::string> sign_event(std::string_view name, json::Object const& event, Signing const& signing)
{
    json::Object events;
    events.set(name, event);
    jose::Claims claims;
    claims.issuer(signing.issuer).issued_at(signing.now).token_id(Uuid::make(signing.now, signing.random).text());
    claims.set_json("events", events.text());
    auto text = TRY(jose::sign(claims, signing.key, kMessageType));
    if (text.size() > kLargestMessage) return refuse(Errc::token_too_large, name);
    return text;
}

// ---- reading ----

// An object with these members and no others; the last ones may be absent.
class Members {
public:
    static Result<Members> of(Value object, std::span<std::string_view const> names, std::size_t optional = 0)
    {
        if (object.kind() != json::Kind::object) return refuse(Errc::wrong_claim_type, "not an object");
        for (auto const name : names.first(names.size() - optional))
            if (!object.find(name)) return refuse(Errc::missing_claim, name);
        bool const all = object.for_each_member(
            [&](std::string_view name, Value) { return std::ranges::find(names, name) != names.end(); });
        if (!all) return refuse(Errc::malformed_claims, "a member that nobody knows");
        return Members{object};
    }

    [[nodiscard]] bool  has(std::string_view name) const { return object_.find(name).has_value(); }
    [[nodiscard]] Value value(std::string_view name) const { return *object_.find(name); }

    [[nodiscard]] Result<std::int64_t> number(std::string_view name) const
    {
        auto const number = value(name).integer();
        if (!number) return refuse(Errc::wrong_claim_type, name);
        if (*number < 0 || *number > kLatest) return refuse(Errc::malformed_claims, name);
        return *number;
    }
    [[nodiscard]] Result<std::string_view> text(std::string_view name) const
    {
        auto const text = value(name).string();
        if (!text) return refuse(Errc::wrong_claim_type, name);
        return *text;
    }
    [[nodiscard]] Result<TimePoint> time(std::string_view name) const
    {
        auto const milliseconds = TRY(number(name));
        return from_unix_milliseconds(milliseconds);
    }
    [[nodiscard]] Result<Hash> hash(std::string_view name) const
    {
        auto const written = TRY(text(name));
        auto const bytes   = jose::base64url::decode(written);
        Hash       hash;
        if (!bytes || bytes->size() != hash.size()) return refuse(Errc::malformed_claims, name);
        std::ranges::copy(*bytes, hash.begin());
        return hash;
    }
    // "log", "seq", and "hash", which is zeros where the log begins, and only there.
    [[nodiscard]] Result<Position> position() const
    {
        auto const log      = TRY(number("log"));
        auto const sequence = TRY(number("seq"));
        auto const reached  = TRY(hash("hash"));
        if ((sequence == 0) != (reached == Hash{})) return refuse(Errc::malformed_claims, "hash");
        return Position{.log = log, .sequence = static_cast<Sequence>(sequence), .hash = reached};
    }

private:
    explicit Members(Value object) : object_(object) {}
    Value object_;
};

Result<std::vector<Entry>> read_entries(Value list)
{
    std::vector<Entry> entries;
    auto const         read = [&](Value const& item) {
        auto const line  = item.string();
        auto       entry = line ? parse_line(*line) : std::nullopt;
        if (!entry || (!entries.empty() && entry->sequence != entries.back().sequence + 1)) return false;
        entries.push_back(*std::move(entry));
        return true;
    };
    if (list.kind() != json::Kind::array) return refuse(Errc::wrong_claim_type, "entries");
    if (!list.for_each_item(read) || entries.empty() || entries.size() > kMostEntries)
        return refuse(Errc::malformed_claims, "entries");
    return entries;
}

Result<Message> read_delta(Value event)
{
    static constexpr std::array<std::string_view, 5> kNames{"log", "seq", "prev", "hash", "entries"};
    auto const                                       members = TRY(Members::of(event, kNames));
    auto const                                       after   = TRY(members.position());
    auto const                                       before  = TRY(members.hash("prev"));
    auto                                             entries = TRY(read_entries(members.value("entries")));
    if (entries.back().sequence != after.sequence) return refuse(Errc::malformed_claims, "seq");
    if ((entries.front().sequence == 1) != (before == Hash{})) return refuse(Errc::malformed_claims, "prev");

    auto reached = before;
    for (auto const& entry : entries) reached = link(reached, format_line(entry));
    if (reached != after.hash) return refuse(Errc::malformed_claims, "hash");
    return Delta{.before = before, .after = after, .entries = std::move(entries)};
}

Result<Message> read_heartbeat(Value event)
{
    static constexpr std::array<std::string_view, 8> kNames{"log", "seq", "hash",   "time",
                                                            "run", "up",  "stream", "nonce"};
    auto const                                       members = TRY(Members::of(event, kNames, 2));
    auto const                                       at      = TRY(members.position());
    auto const                                       time    = TRY(members.time("time"));
    auto const                                       run     = TRY(members.text("run"));
    auto const                                       up      = TRY(members.number("up"));
    if (!is_nonce(run)) return refuse(Errc::malformed_claims, "run");
    Heartbeat heartbeat{.at = at, .time = time, .run = std::string{run}, .up = Uptime{up}};
    if (members.has("stream")) {
        auto const stream = TRY(members.text("stream"));
        if (!is_subject(stream)) return refuse(Errc::malformed_claims, "stream");
        heartbeat.stream = stream;
    }
    if (members.has("nonce")) {
        auto const nonce = TRY(members.text("nonce"));
        if (!is_nonce(nonce)) return refuse(Errc::malformed_claims, "nonce");
        heartbeat.nonce = nonce;
    }
    return heartbeat;
}

Result<Message> read_snapshot_head(Value event)
{
    static constexpr std::array<std::string_view, 6> kNames{"log", "seq", "hash", "time", "count", "digest"};
    auto const                                       members = TRY(Members::of(event, kNames));
    auto const                                       at      = TRY(members.position());
    auto const                                       time    = TRY(members.time("time"));
    auto const                                       count   = TRY(members.number("count"));
    auto const                                       digest  = TRY(members.hash("digest"));
    return SnapshotHead{.at = at, .time = time, .count = static_cast<std::uint64_t>(count), .digest = digest};
}

// No audience: whoever follows the issuer is meant. No expiry either, and no clock that could be wrong: a message is as
// old as its place in the log. At the end of time nothing is issued in the future.
constexpr jose::Time kEndOfTime{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};

Result<jose::Policy> policy_for(std::string_view issuer)
{
    return jose::Policy::create({.issuer                           = std::string{issuer},
                                 .type                             = std::string{kMessageType},
                                 .algorithms                       = {jose::Algorithm::eddsa},
                                 .max_token_bytes                  = kLargestMessage,
                                 .dangerously_allow_missing_expiry = true,
                                 .dangerously_accept_any_audience  = true});
}

}  // namespace

bool is_nonce(std::string_view text)
{
    return text.size() >= 16 && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_';
           });
}

Result<std::string> sign_delta(Delta const& delta, Signing const& signing)
{
    std::vector<std::string> lines;
    lines.reserve(delta.entries.size());
    for (auto const& entry : delta.entries) lines.push_back(format_line(entry));
    auto event = position(delta.after);
    event.set("prev", jose::base64url::encode(delta.before)).set("hash", jose::base64url::encode(delta.after.hash));
    event.set("entries", lines);
    return sign_event(kDelta, event, signing);
}

Result<std::string> sign_heartbeat(Heartbeat const& heartbeat, Signing const& signing)
{
    auto event = position(heartbeat.at);
    event.set("hash", jose::base64url::encode(heartbeat.at.hash)).set("time", unix_milliseconds(heartbeat.time));
    event.set("run", heartbeat.run).set("up", static_cast<std::int64_t>(heartbeat.up.count()));
    if (!heartbeat.stream.empty()) event.set("stream", heartbeat.stream);
    if (!heartbeat.nonce.empty()) event.set("nonce", heartbeat.nonce);
    return sign_event(kHeartbeat, event, signing);
}

Result<std::string> sign_snapshot_head(SnapshotHead const& head, Signing const& signing)
{
    auto event = position(head.at);
    event.set("hash", jose::base64url::encode(head.at.hash)).set("time", unix_milliseconds(head.time));
    event.set("count", static_cast<std::int64_t>(head.count)).set("digest", jose::base64url::encode(head.digest));
    return sign_event(kSnapshot, event, signing);
}

Result<Message> read_message(std::string_view compact, Speaker const& speaker)
{
    auto const policy = TRY(policy_for(speaker.issuer));
    auto const token  = TRY(jose::verify(compact, speaker.keys, policy, kEndOfTime));
    // Of the key that checked it: where there is one key, a message may leave out which.
    auto const kid    = speaker.keys.find(token.kid())->kid();
    if (speaker.revoked && speaker.revoked->has_key(kid)) return refuse(Errc::unknown_key, kid);
    return read_claims(token.claims_json());
}

Result<Message> read_claims(std::string_view json)
{
    static constexpr std::array<std::string_view, 4> kNames{"iss", "iat", "jti", "events"};
    auto const                                       object = json::parse_object(json, {.bytes = kLargestMessage});
    if (!object) return refuse(Errc::malformed_claims, json::name(object.error()));
    auto const claims = TRY(Members::of(*object, kNames));
    TRY(claims.text("iss"));
    TRY(claims.number("iat"));
    auto const id = TRY(claims.text("jti"));
    if (!Uuid::parse(id)) return refuse(Errc::malformed_claims, "jti");

    std::optional<Result<Message>> read;
    auto const                     read_event = [&read](std::string_view name, Value event) {
        if (read) return false;  // one alone
        if (name == kDelta) read = read_delta(event);
        if (name == kHeartbeat) read = read_heartbeat(event);
        if (name == kSnapshot) read = read_snapshot_head(event);
        return read.has_value();
    };
    auto const events = claims.value("events");
    if (events.kind() != json::Kind::object) return refuse(Errc::wrong_claim_type, "events");
    if (!events.for_each_member(read_event) || !read) return refuse(Errc::malformed_claims, "events");
    return *std::move(read);
}

}  // namespace signet::revocation
