// http/testing/site.hpp - the whole table over core in memory: requests in, answers out, no sockets.
#pragma once
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <memory>
#include <ostream>
#include <semaphore>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/json.hpp"
#include "core/access_token.hpp"
#include "core/testing/world.hpp"
#include "http/revocation_feed.hpp"
#include "http/revocation_snapshots.hpp"
#include "http/revocations.hpp"
#include "http/routes.hpp"
#include "http/status_lists.hpp"

namespace signet::http::testing {

inline constexpr std::string_view kIssuer   = "https://id.example.com";
inline constexpr std::string_view kNotes    = "https://notes.example.com";  // an allowed origin
inline constexpr std::string_view kStranger = "https://evil.example.net";
inline constexpr std::string_view kPassword = core::testing::kPassword;

// A request as it is put together.
struct Ask : Request {
    Ask(Method asked_method, std::string_view target)
    {
        method = asked_method;
        path   = target.substr(0, target.find('?'));
        query  = target.size() > path.size() ? target.substr(path.size() + 1) : std::string_view{};
        peer   = {"192.0.2.7"};
    }

    Ask& with(std::string_view name, std::string_view value)
    {
        headers.push_back({std::string{name}, std::string{value}});
        return *this;
    }
    Ask& json(std::string_view text)
    {
        body = text;
        return with("Content-Type", "application/json");
    }
    Ask& form(std::string_view text)
    {
        body = text;
        return with("Content-Type", "application/x-www-form-urlencoded");
    }
    Ask& bearer(std::string_view token) { return with("Authorization", "Bearer " + std::string{token}); }
    Ask& cookie(std::string_view name, std::string_view value)
    {
        return with("Cookie", std::string{name} + "=" + std::string{value});
    }
    // As a browser marks what a page of this server, of the notes site, or of a stranger sends.
    Ask& from_own_page() { return with("Sec-Fetch-Site", "same-origin").with("Origin", kIssuer); }
    Ask& from_notes() { return with("Sec-Fetch-Site", "same-site").with("Origin", kNotes); }
    Ask& from_stranger() { return with("Sec-Fetch-Site", "cross-site").with("Origin", kStranger); }
};

inline Ask get(std::string_view target)
{
    return {Method::get, target};
}
inline Ask post(std::string_view target)
{
    return {Method::post, target};
}

inline std::string header(Response const& response, std::string_view name)
{
    for (auto const& each : response.headers)
        if (same_name(each.name, name)) return each.value;
    for (auto lines : response.fixed_lines)
        for (; !lines.empty(); lines.remove_prefix(lines.find("\r\n") + 2))
            if (auto const colon = lines.find(": "); same_name(lines.substr(0, colon), name))
                return std::string{lines.substr(colon + 2, lines.find("\r\n") - colon - 2)};
    return "";
}

// The Set-Cookie line for that cookie; "" without one.
inline std::string set_cookie(Response const& response, std::string_view name)
{
    for (auto const& each : response.headers)
        if (same_name(each.name, "Set-Cookie") && each.value.starts_with(std::string{name} + "=")) return each.value;
    return "";
}
inline std::string cookie_value(Response const& response, std::string_view name)
{
    auto const line = set_cookie(response, name);
    if (line.empty()) return "";
    auto const start = name.size() + 1;
    return line.substr(start, line.find(';') - start);
}

// A string member of a JSON answer; "" when absent. `path` may go one object down: "user.email".
inline std::string text_of(Response const& response, std::string_view path)
{
    auto value = json::parse_object(response.body);
    if (!value) return "no JSON: " + response.body;
    std::optional<json::Value> found = *value;
    while (found && !path.empty()) {
        auto const dot = path.find('.');
        found          = found->find(path.substr(0, dot));
        path           = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    }
    return found && found->string() ? std::string{*found->string()} : "";
}

// What a refusal says: compare with {401, "bad_credentials"}.
struct Refused {
    int                  status;
    std::string          code;
    bool                 operator==(Refused const&) const = default;
    friend std::ostream& operator<<(std::ostream& out, Refused const& it) { return out << it.status << " " << it.code; }
};
// Gives code "" for an answer that is not of the one error shape.
inline Refused refused(Response const& response)
{
    auto const sentence = text_of(response, "error_description");
    bool const shaped   = header(response, "Content-Type") == "application/json" && !sentence.empty();
    return {response.status, shaped ? text_of(response, "error") : ""};
}

inline ApiSettings usual_settings()
{
    return {.issuer = std::string{kIssuer}, .allowed_origins = {std::string{kNotes}}};
}

struct SiteOptions {
    ApiSettings            api           = usual_settings();
    core::Settings         core          = core::testing::cheap_settings();
    std::span<Route const> table         = routes();
    std::size_t            hashing_queue = 64;
    std::size_t            storage_queue = 64;
};

struct Site {
    explicit Site(SiteOptions const& options = {})
        : world(options.core),
          settings(options.api),
          storage_pool({.name         = "store",
                        .threads      = 1,
                        .queue        = options.storage_queue,
                        .longest_wait = std::chrono::seconds{20}}),
          hashing_pool(
              {.name = "hash", .threads = 1, .queue = options.hashing_queue, .longest_wait = std::chrono::seconds{20}}),
          handler(dispatch(options.table, api))
    {
        EXPECT_TRUE(world.feed_keyring.load());
        has_looked.wait();  // or its first look would be a deed that no test has asked for
    }

    Response ask(Request request)
    {
        std::promise<Response> answered;
        auto                   answer = answered.get_future();
        handler(std::make_shared<Request const>(std::move(request)),
                [&](Response response) { answered.set_value(std::move(response)); });
        return answer.get();
    }

    // Ann signs in without a browser.
    struct SignedIn {
        std::string access;
        std::string refresh;
        std::string session;
    };
    SignedIn sign_in()
    {
        auto const response =
            ask(post("/api/v1/login").json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})"));
        return {text_of(response, "access_token"), text_of(response, "refresh_token"), text_of(response, "session_id")};
    }

    void publish(std::stop_token const& stop)
    {
        std::stop_callback const at_stop{stop, [this] { wanted.release(); }};
        revocations.tell_when_wanted([this] { wanted.release(); });
        while (!stop.stop_requested()) {
            if (auto const news = world.follow(); news && !news->entries.empty())
                revocations.publish(news->head, std::make_shared<std::string const>(), RevocationFeed::Clock::now());
            if (!has_looked.try_wait()) has_looked.count_down();
            if (auto const due = revocations.expire(RevocationFeed::Clock::now()))
                static_cast<void>(wanted.try_acquire_until(*due));
            else
                wanted.acquire();
        }
    }

    // The credential of a new verifier.
    std::string add_verifier(std::string_view name)
    {
        auto const credential = core::add_verifier(world.ports, name);
        EXPECT_TRUE(credential && verifiers.follow(world.ports.verifiers));
        return std::string{credential->reveal()};
    }

    core::testing::World      world;
    ApiSettings               settings;
    core::Authenticator       authenticator{world.ports};
    Metrics                   metrics;
    core::VerifierCredentials verifiers;
    RevocationFeed            revocations{{}, metrics};
    core::FeedSigner          feed_signer{world.feed_keyring, settings.issuer, world.clock, world.random};
    RevocationSnapshots       snapshots{[this](auto const& at) { return make_snapshot(api, at); }};
    StatusLists               status_lists{world.ports};
    bool                      ready = true;
    WorkerPool                storage_pool;
    WorkerPool                hashing_pool;
    Api                       api{.ports         = world.ports,
                                  .authenticator = authenticator,
                                  .settings      = settings,
                                  .storage_pool  = storage_pool,
                                  .hashing_pool  = hashing_pool,
                                  .metrics       = metrics,
                                  .verifiers     = verifiers,
                                  .revocations   = revocations,
                                  .snapshots     = snapshots,
                                  .feed_signer   = feed_signer,
                                  .feed_keys     = world.feed_keyring,
                                  .event_keys    = world.event_keyring,
                                  .status_lists  = status_lists,
                                  .ready         = [this]() -> core::Result<void> {
                if (!ready) return core::unavailable("disk_full", "made not ready");
                return {};
            }};
    Handler                   handler;
    // What is revoked is published when somebody waits for it, to nobody.
    std::counting_semaphore<> wanted{0};
    std::latch                has_looked{1};
    std::jthread              publisher{[this](std::stop_token const& stop) { publish(stop); }};
};

}  // namespace signet::http::testing
