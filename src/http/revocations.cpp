// The log of revocations, for those who verify tokens on their own: docs/reference/revocation-feed.md.
#include "http/revocations.hpp"

#include <array>
#include <charconv>

#include "base/result.hpp"
#include "core/feed_signer.hpp"
#include "http/answers.hpp"
#include "http/caching.hpp"
#include "http/compression.hpp"
#include "http/endpoints.hpp"
#include "http/errors.hpp"
#include "http/form_body.hpp"
#include "http/header_value.hpp"
#include "http/revocation_feed.hpp"
#include "http/revocation_snapshots.hpp"
#include "jose/base64url.hpp"
#include "revocation/message.hpp"

namespace signet::http {
namespace {

using revocation::Sequence;

constexpr Member kStreamQuery[] = {{"after", Need::optional}, {"nonce", Need::required}};

std::optional<Sequence> parse_sequence(std::string_view text)
{
    Sequence   number = 0;
    auto const read   = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

// HTML 9.2.4: what the client has seen of a stream before; else what it says it holds.
std::optional<Sequence> find_after(Request const& request, Fields const& query)
{
    if (auto const last = request.find_header("Last-Event-ID")) return parse_sequence(trim(*last));
    return parse_sequence(query.find("after").value_or(""));
}

std::string make_stream_name(Random& random)
{
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    return jose::base64url::encode(bytes);
}

}  // namespace

core::Result<std::string> make_snapshot(Api const& api, revocation::Position const& published)
{
    constexpr std::size_t    kAll = 1'000'000'000;
    auto const               log  = TRY(api.ports.revocation_log.read_log(0, kAll));
    // What is long over need not be sent; by a clock that may be ahead.
    auto const               over = api.ports.clock.now() - std::chrono::hours{1};
    std::vector<std::string> lines;
    lines.reserve(log.entries.size());
    for (auto const& entry : log.entries)
        if (entry.sequence <= published.sequence && entry.until > over) lines.push_back(revocation::format_line(entry));
    return api.feed_signer.sign_snapshot(published, lines);
}

// GET /revocations/keys
Response revocation_keys(Call const& call)
{
    return cacheable(call.request, "application/jwk-set+json", call.api.feed_keys.current()->jwks,
                     std::chrono::minutes{5});
}

// GET /revocations
Response revocation_snapshot(Call const& call)
{
    if (!call.api.revocations.is_current()) return refuse(Errc::unavailable);
    auto const bytes = call.api.snapshots.compressed(call.api.revocations.position(), call.api.feed_signer.key_id(),
                                                     RevocationSnapshots::Clock::now());
    if (!bytes) return refuse(call, bytes.error());

    Response response;
    response.set("Content-Type", "text/plain; charset=utf-8");
    response.add("Vary", "Accept-Encoding");
    bool const is_gzip = accepts_gzip(call.request);
    if (is_gzip) response.set("Content-Encoding", "gzip");
    auto const body      = is_gzip ? *bytes : call.api.snapshots.plain(*bytes);
    response.static_body = *body;
    response.body_owner  = body;
    return response;
}

// GET /revocations/stream
Response revocation_stream(Call const& call)
{
    auto query = read_form_body(call.request.query, kStreamQuery);
    if (!query) return std::move(query).error();
    auto const after = find_after(call.request, *query);
    auto const nonce = std::string{query->get("nonce")};
    if (!after) return refuse(Errc::invalid_request, "\"after\" must be the sequence that is held, or 0.");
    if (!revocation::is_nonce(nonce))
        return refuse(Errc::invalid_request, "\"nonce\" must be 16 to 64 characters of base64url.");

    if (!call.api.revocations.is_current()) return refuse(Errc::unavailable);
    // The stream may go on behind the place that is greeted with: entries that come meanwhile follow.
    auto const stream   = make_stream_name(call.api.ports.random);
    auto const at       = call.api.revocations.position();
    auto const greeting = call.api.feed_signer.sign_greeting(at, stream, nonce);
    if (!greeting) return refuse(call, greeting.error());
    auto hold =
        call.api.revocations.subscribe({.verifier = std::string{call.verifier}, .stream = stream, .after = *after},
                                       make_event("heartbeat", *after, *greeting));
    if (!hold) return refuse(Errc::too_old);

    Response response;
    response.set("Content-Type", "text/event-stream");
    response.set("X-Accel-Buffering", "no");  // a proxy that waits for more would keep the news to itself
    response.stream = std::move(hold);
    return response;
}

// POST /revocations/ack
Response acknowledge_revocations(Call const& call)
{
    auto const sequence = parse_sequence(call.fields.get("seq"));
    if (!sequence) return refuse(Errc::invalid_request, "\"seq\" must be a sequence of the log.");
    bool const known = call.api.revocations.acknowledge(call.verifier, std::string{call.fields.get("stream")},
                                                        *sequence, RevocationFeed::Clock::now());
    return known ? no_content() : refuse(Errc::not_found, "This verifier has no such stream.");
}

}  // namespace signet::http
