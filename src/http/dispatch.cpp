#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "base/log_scope.hpp"
#include "core/device_token.hpp"
#include "http/answers.hpp"
#include "http/cookies.hpp"
#include "http/errors.hpp"
#include "http/guards.hpp"
#include "http/pages.hpp"
#include "http/pool_metrics.hpp"
#include "http/request_ids.hpp"
#include "http/request_metrics.hpp"
#include "http/revocation_feed.hpp"
#include "http/router.hpp"
#include "http/security_headers.hpp"
#include "http/trace_context.hpp"

namespace signet::http {
namespace {

constexpr unsigned kRetrySpread = 3;  // seconds

// One request from its arrival to its answer.
struct Exchange {
    std::shared_ptr<Request const>        request;
    Responder                             respond;
    std::string                           id;
    std::string                           trace;  // as the caller says; may be empty
    Match                                 match;
    Sender                                sender;
    Admitted                              admitted = {};
    std::chrono::steady_clock::time_point since    = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point queued   = since;  // into its pool
};
using Shared = std::shared_ptr<Exchange>;

class Dispatcher : public std::enable_shared_from_this<Dispatcher> {
public:
    Dispatcher(std::span<Route const> table, Api const& api)
        : table_(table),
          api_(api),
          metrics_(table, api.metrics),
          storage_(PoolMetrics{"storage", api.metrics}),
          hashing_(PoolMetrics{"hashing", api.metrics}),
          strict_(is_strict_transport(api.settings)),
          ids_(api.ports.random)
    {
    }

    void begin(std::shared_ptr<Request const> request, Responder respond)
    {
        auto const&             asked    = *request;
        auto const              exchange = std::make_shared<Exchange>(Exchange{.request = request,
                                                                               .respond = std::move(respond),
                                                                               .id      = ids_.next(),
                                                                               .trace   = find_trace(asked),
                                                                               .match = find_route(table_, asked.method, asked.path),
                                                                               .sender = find_sender(asked, api_.settings)});
        log::RequestScope const scope{exchange->id, exchange->trace};
        auto const*             route = exchange->match.route;
        if (!route) return finish(exchange, answer_without_route(*exchange));

        auto admitted = admit(*route, asked, exchange->sender, api_);
        if (!admitted) return finish(exchange, std::move(admitted).error());
        exchange->admitted = *std::move(admitted);

        if (route->work == Work::inline_) return finish(exchange, run(*exchange));
        enqueue(exchange);
    }

private:
    Response answer_without_route(Exchange const& exchange) const
    {
        auto const& request = *exchange.request;
        auto const* sibling = exchange.match.sibling;
        if (!sibling) return refuse(Errc::not_found);

        auto const methods = methods_of(table_, request.path);
        if (request.method == Method::options) return answer_options(request, sibling->pages, exchange.sender, methods);
        auto response = refuse(Errc::method_not_allowed);
        response.set("Allow", methods);
        return response;
    }

    void enqueue(Shared const& exchange)
    {
        exchange->queued = std::chrono::steady_clock::now();
        // CHECKS E14: sign-ins write where refreshes do, and give way long before those are refused.
        if (exchange->match.route->work == Work::hashing && api_.storage_pool.is_crowded()) {
            storage_.was_crowded();
            return finish(exchange, busy(*exchange));
        }
        if (submit(*exchange,
                   [self = shared_from_this(), exchange](WorkerPool::Turn turn) { self->work(exchange, turn); }))
            return;
        pool_metrics(*exchange).queue_was_full();
        finish(exchange, busy(*exchange));
    }

    // False when the request must come again. Who waits is taken in turns by address, an IPv6 /64 being one, so that
    // nobody's thousand requests keep others out (CHECKS E11).
    bool submit(Exchange const& exchange, WorkerPool::Job job)
    {
        switch (exchange.match.route->work) {
            case Work::probe:
                return api_.storage_pool.submit_first(std::move(job));
            case Work::hashing:
                return submit_hashing(*exchange.request, job);
            default:
                return api_.storage_pool.submit(std::move(job), exchange.request->peer.network());
        }
    }

    PoolMetrics& pool_metrics(Exchange const& exchange)
    {
        return exchange.match.route->work == Work::hashing ? hashing_ : storage_;
    }

    // CHECKS C9, C35: who brings a device that signed in before, to whichever account, does not wait behind a crowd of
    // strangers, and has a stranger's place still where those with such devices are the crowd. Whose account it is is
    // the rule's to find out.
    bool submit_hashing(Request const& request, WorkerPool::Job const& job)
    {
        auto const cookie = find_cookie(request, kDeviceCookie);
        auto const source = request.peer.network();
        if (cookie && core::parse_device_token(api_.ports.token_secret, *cookie) &&
            api_.hashing_pool.submit(job, source, WorkerPool::Standing::known))
            return true;
        return api_.hashing_pool.submit(job, source);
    }

    // On a thread of a pool. Without an answer the responder ends here, which the server answers with a 500.
    void work(Shared const& exchange, WorkerPool::Turn turn)
    {
        log::RequestScope const scope{exchange->id, exchange->trace};
        auto&                   metrics = pool_metrics(*exchange);
        auto const              begun   = std::chrono::steady_clock::now();
        metrics.waited(begun - exchange->queued);
        if (turn == WorkerPool::Turn::waited_too_long) metrics.waited_too_long();
        if (turn == WorkerPool::Turn::displaced) metrics.displaced();
        try {
            auto response = turn == WorkerPool::Turn::run ? run(*exchange) : busy(*exchange);
            if (turn == WorkerPool::Turn::run) metrics.ran(std::chrono::steady_clock::now() - begun);
            finish(exchange, std::move(response));
        } catch (std::exception const& bug) {
            log::error("answer failed", {{"why", bug.what()}});
        }
    }

    Call call_of(Exchange const& exchange) const
    {
        auto const& admitted = exchange.admitted;
        return {.api       = api_,
                .request   = *exchange.request,
                .id        = exchange.id,
                .parameter = exchange.match.parameter,
                .caller    = admitted.caller ? &*admitted.caller : nullptr,
                .verifier  = admitted.verifier,
                .sender    = exchange.sender,
                .fields    = admitted.fields};
    }

    // A person who sent a form gets it back; a program gets JSON.
    Response busy(Exchange const& exchange)
    {
        auto response = exchange.match.route->body == Body::form ? form_again(call_of(exchange), {core::Errc::busy})
                                                                 : refuse(Errc::busy);
        // CHECKS E14: those who are refused together do not come again together.
        response.set("Retry-After", std::to_string(1 + refused_++ % kRetrySpread));
        return response;
    }

    // A bug or a broken dependency: the answer says nothing about it but the id to ask the log for (CHECKS E18).
    Response run(Exchange const& exchange) const
    {
        auto const& route = *exchange.match.route;
        try {
            return route.endpoint(call_of(exchange));
        } catch (std::exception const& bug) {
            log::error("endpoint failed", {{"route", route.path}, {"why", bug.what()}});
            return refuse(Errc::internal);
        }
    }

    void finish(Shared const& exchange, Response response)
    {
        if (response.revoked_to != 0) return wait_for_propagation(exchange, std::move(response));
        auto const& request = *exchange->request;
        auto const* row     = exchange->match.route ? exchange->match.route : exchange->match.sibling;
        // Paths that do not exist are nobody's to read.
        auto const  pages   = row ? row->pages : Pages::same;
        allow_reading(response, request, pages, exchange->sender);
        add_security_headers(response, {.pages = pages, .strict = strict_});
        response.set("X-Request-Id", exchange->id);
        if (!exchange->trace.empty()) response.set("traceresponse", trace_response(exchange->trace, exchange->id));

        auto const took = std::chrono::steady_clock::now() - exchange->since;
        metrics_.count(exchange->match.route, response.status, took);
        // Never the query, a header, or the body: they hold tokens, cookies, and passwords (CHECKS E32).
        log::write(response.status >= 500 && response.status != 503 ? log::Level::info : log::Level::debug, "request",
                   {{"method", name(request.method)},
                    {"route", row ? row->path : "unmatched"},
                    {"status", std::int64_t{response.status}},
                    {"from", request.peer.text},
                    {"us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
        exchange->respond(std::move(response));
    }

    // No thread waits meanwhile. However it goes: the entry is in the log, and this server refuses by it.
    void wait_for_propagation(Shared const& exchange, Response response)
    {
        auto const sequence = std::exchange(response.revoked_to, 0);
        auto       told     = [self     = shared_from_this(), exchange,
                     response = std::move(response)](Propagation const& propagation) mutable {
            log::RequestScope const scope{exchange->id, exchange->trace};
            response.set("Signet-Propagated",
                                   fmt::format("{}/{}", propagation.confirmed, propagation.followers + propagation.absent));
            self->finish(exchange, std::move(response));
        };
        api_.revocations.when_propagated(sequence, RevocationFeed::Clock::now(), std::move(told));
    }

    std::span<Route const> table_;
    Api const&             api_;
    RequestMetrics         metrics_;
    PoolMetrics            storage_;
    PoolMetrics            hashing_;
    bool                   strict_;
    RequestIds             ids_;
    std::atomic<unsigned>  refused_ = 0;
};

}  // namespace

Handler dispatch(std::span<Route const> table, Api const& api)
{
    return [dispatcher = std::make_shared<Dispatcher>(table, api)](std::shared_ptr<Request const> request,
                                                                   Responder                      respond) {
        dispatcher->begin(std::move(request), std::move(respond));
    };
}

}  // namespace signet::http
