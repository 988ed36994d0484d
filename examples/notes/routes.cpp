#include "routes.hpp"

#include <algorithm>
#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>

#include "answers.hpp"

namespace notes {
namespace {

namespace json = boost::json;
using httplib::Request;
using httplib::Response;
using signet::Principal;
using std::chrono::steady_clock;

constexpr std::size_t kLongestNote = 2'000;  // characters

// ---- the part to copy: a handler that runs for verified requests only

// For the page's panel: what has just been checked, and how long that took.
std::string what_was_checked(std::expected<Principal, signet::Refusal> const& who, steady_clock::duration took)
{
    auto const   microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    json::object checked{{"microseconds", microseconds}, {"asked", "nobody"}};
    if (!who) {
        auto const& refusal = who.error();
        checked["refused"]  = refusal.error.empty() ? "missing_token"
                              : refusal.revoked     ? "revoked"
                                                    : jose::name(refusal.cause);
        return json::serialize(checked);
    }
    // What signet::Verifier says yes to (signet/verifier.hpp).
    checked["checked"]      = who->seen_before() ? json::array{"time", "keys"}
                                                 : json::array{"signature", "issuer", "audience", "type", "time"};
    checked["seen_before"]  = who->seen_before();
    auto const left         = who->expires_at() - std::chrono::system_clock::now();
    checked["algorithm"]    = jose::name(who->algorithm());
    checked["key"]          = who->key_id();
    checked["seconds_left"] = std::chrono::duration_cast<std::chrono::seconds>(left).count();
    return json::serialize(checked);
}

template <class Handle>
httplib::Server::Handler for_verified(signet::Verifier const& verifier, Handle handle)
{
    return [&verifier, handle](Request const& request, Response& response) {
        if (request.get_header_value_count("Authorization") > 1)
            return refuse(response, 400, "invalid_request", "There is more than one Authorization header.");

        auto const began = steady_clock::now();
        auto const who   = verifier.verify(request.get_header_value("Authorization"));
        response.set_header("Notes-Checked", what_was_checked(who, steady_clock::now() - began));
        if (!who) return refuse(response, who.error());
        handle(*who, request, response);
    };
}

// ---- the API itself

json::array as_json(std::span<std::string const> texts)
{
    return json::array(texts.begin(), texts.end());
}

json::object as_json(Note const& note)
{
    return {{"id", note.id}, {"text", note.text}, {"created_at", note.created_at}};
}

void show_profile(Principal const& who, Response& response)
{
    answer(response, 200,
           {{"id", who.user_id()}, {"email", who.email()}, {"name", who.name()}, {"roles", as_json(who.roles())}});
}

void list_notes(NoteStore const& store, Principal const& who, Response& response)
{
    json::array list;
    for (auto const& note : store.list(std::string{who.user_id()})) list.push_back(as_json(note));
    answer(response, 200, {{"notes", std::move(list)}});
}

// The text of {"text": "…"}, when it is worth keeping.
std::optional<std::string> read_note(std::string const& body)
{
    json::error_code failed;
    auto const       parsed = json::parse(body, failed);
    if (failed || !parsed.is_object()) return std::nullopt;
    auto const* text = parsed.get_object().if_contains("text");
    if (text == nullptr || !text->is_string()) return std::nullopt;

    std::string note{text->get_string()};
    auto const  begins_character = [](char byte) { return (byte & 0xC0) != 0x80; };  // UTF-8
    bool const  is_blank         = note.find_first_not_of(" \t\r\n") == std::string::npos;
    if (is_blank || std::size_t(std::ranges::count_if(note, begins_character)) > kLongestNote) return std::nullopt;
    return note;
}

void add_note(NoteStore& store, Principal const& who, Request const& request, Response& response)
{
    // A form of another site cannot send this content type without asking first.
    if (!request.get_header_value("Content-Type").starts_with("application/json"))
        return refuse(response, 415, "unsupported_media_type", "The body must be application/json.");
    auto text = read_note(request.body);
    if (!text) return refuse(response, 400, "invalid_request", "The body must be {\"text\": 1 to 2,000 characters}.");

    auto const note = store.add(std::string{who.user_id()}, *std::move(text));
    if (note) return answer(response, 201, as_json(*note));
    if (note.error() == Full::this_user)
        return refuse(response, 409, "too_many_notes", "You have 100 notes. Delete one first.");
    refuse(response, 503, "unavailable", "This little server is full.");
}

void delete_note(NoteStore& store, Principal const& who, Request const& request, Response& response)
{
    if (!store.remove(std::string{who.user_id()}, request.matches[1].str()))
        return refuse(response, 404, "not_found", "You have no such note.");
    response.status = 204;
}

// Signed in is not enough here: a role is needed. 403, not 401: another token of
// the same person would not help.
void show_dashboard(NoteStore const& store, Principal const& who, Response& response)
{
    if (!who.has_role("admin")) return refuse(response, signet::insufficient_scope("roles: admin", "notes"));
    auto const totals = store.totals();
    answer(response, 200, {{"users", totals.users}, {"notes", totals.notes}});
}

// By the issuer's clock, which is known to within the time that a heartbeat takes.
std::chrono::milliseconds since(jose::Time at, signet::Verifier const& verifier)
{
    using std::chrono::milliseconds;
    auto const there = std::chrono::system_clock::now() + verifier.status().clock_offset;
    return std::max(std::chrono::duration_cast<milliseconds>(there - at), milliseconds{0});
}

// Waits until this token is refused: what a page or a WebSocket needs that outlives its request. Says then what was
// revoked, and how long ago; nothing where nothing was.
void wait_for_sign_out(signet::Verifier const& verifier, SignOuts& sign_outs, Principal const& who,
                       Request const& request, Response& response)
{
    constexpr auto kPatience = std::chrono::seconds{5};  // nobody tells that a page has gone
    auto const     deadline  = steady_clock::now() + kPatience;
    std::string    session{who.session_id()};
    json::object   refused;
    while (steady_clock::now() < deadline) {
        auto const seen = sign_outs.count();
        auto const now  = verifier.verify(request.get_header_value("Authorization"));
        if (!now && !now.error().revoked) break;
        if (!now) {
            auto const at      = sign_outs.find(session);
            refused["refused"] = name(*now.error().revoked);
            if (at) refused["milliseconds"] = since(*at, verifier).count();
            // Of many that end together each is refused before it is told of.
            if (at || now.error().revoked != signet::Revoked::session) break;
        }
        if (!sign_outs.wait(seen, deadline)) break;
    }
    if (!refused.empty()) return answer(response, 200, refused);
    response.status = 204;
}

// Registered after the handlers of `path`: what reaches it is another method.
void refuse_other_methods(httplib::Server& server, char const* path, char const* allowed)
{
    auto const refused = [allowed](Request const&, Response& response) {
        response.set_header("Allow", allowed);
        refuse(response, 405, "method_not_allowed", "This address does not do that.");
    };
    server.Get(path, refused).Post(path, refused).Put(path, refused).Patch(path, refused).Delete(path, refused);
}

}  // namespace

void serve_api(httplib::Server& server, signet::Verifier const& verifier, NoteStore& store)
{
    server.Get("/profile", for_verified(verifier, [](auto& who, auto&, auto& res) { show_profile(who, res); }));
    server.Get("/notes", for_verified(verifier, [&](auto& who, auto&, auto& res) { list_notes(store, who, res); }));
    server.Post("/notes",
                for_verified(verifier, [&](auto& who, auto& req, auto& res) { add_note(store, who, req, res); }));
    server.Delete("/notes/(\\d{1,20})",
                  for_verified(verifier, [&](auto& who, auto& req, auto& res) { delete_note(store, who, req, res); }));
    server.Get("/dashboard",
               for_verified(verifier, [&](auto& who, auto&, auto& res) { show_dashboard(store, who, res); }));

    refuse_other_methods(server, "/profile", "GET, HEAD");
    refuse_other_methods(server, "/notes", "GET, HEAD, POST");
    refuse_other_methods(server, "/notes/(\\d{1,20})", "DELETE");
    refuse_other_methods(server, "/dashboard", "GET, HEAD");
}

void serve_sign_outs(httplib::Server& server, signet::Verifier const& verifier, SignOuts& sign_outs)
{
    // Each that waits keeps a thread; the others are for those who do not.
    constexpr int kMostWaiting = 32;
    auto const    waiting      = std::make_shared<std::atomic<int>>(0);
    server.Get("/until-signed-out", for_verified(verifier, [&, waiting](auto& who, auto& req, auto& res) {
                   struct Place {
                       std::atomic<int>& count;
                       int               number = ++count;
                       ~Place() { --count; }
                   } const place{*waiting};
                   if (place.number > kMostWaiting)
                       return refuse(res, 503, "busy", "Too many pages wait here already.");
                   wait_for_sign_out(verifier, sign_outs, who, req, res);
               }));
    refuse_other_methods(server, "/until-signed-out", "GET, HEAD");
}

void add_headers_to_every_answer(httplib::Server& server, std::string const& peer)
{
    server.set_post_routing_handler([peer](Request const& request, Response& response) {
        response.set_header("X-Content-Type-Options", "nosniff");
        response.set_header("Referrer-Policy", "no-referrer");
        response.set_header("Cross-Origin-Opener-Policy", "same-origin");
        response.set_header("Cross-Origin-Resource-Policy", "same-origin");
        if (!response.has_header("Cache-Control")) response.set_header("Cache-Control", "no-store");
        response.set_header("Vary", "Origin");

        // One origin, compared whole; no credentials: the token is in a header, not in a cookie.
        if (peer.empty() || request.get_header_value("Origin") != peer) return;
        response.set_header("Access-Control-Allow-Origin", peer);
        response.set_header("Access-Control-Expose-Headers", "WWW-Authenticate, Notes-Checked, Retry-After");
    });
    server.Options(".*", [peer](Request const& request, Response& response) {
        response.status = 204;
        if (peer.empty() || request.get_header_value("Origin") != peer) return;
        response.set_header("Access-Control-Allow-Methods", "GET, POST, DELETE");
        response.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type");
        response.set_header("Access-Control-Max-Age", "600");
    });
}

}  // namespace notes
