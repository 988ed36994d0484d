#include "http/server.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "http/acceptor.hpp"
#include "http/engine.hpp"
#include "http/io_core.hpp"
#include "http/listening.hpp"

namespace signet::http {

struct Server::State {
    State(ServerOptions options, Handler handler, ErrorPage error_page, Metrics& metrics)
        : engine(std::move(options), std::move(handler), std::move(error_page), metrics)
    {
        auto const wanted  = engine.options.threads != 0 ? engine.options.threads : std::thread::hardware_concurrency();
        auto const threads = std::max<std::size_t>(wanted, 1);
        for (std::size_t i = 0; i < threads; ++i) cores.push_back(std::make_shared<IoCore>(engine));
        for (auto& socket : listen(cores.front()->io(), engine.options.listen))
            acceptors.push_back(std::make_unique<Acceptor>(std::move(socket), engine, cores));
    }

    void stop_accepting()
    {
        boost::asio::post(cores.front()->io(), [this] {
            for (auto const& acceptor : acceptors) acceptor->stop();
        });
    }

    Engine                                 engine;
    Cores                                  cores;
    std::vector<std::unique_ptr<Acceptor>> acceptors;
    bool                                   running = false;
};

Server::Server(ServerOptions options, Handler handler, ErrorPage error_page, Metrics& metrics)
    : state_(std::make_unique<State>(std::move(options), std::move(handler), std::move(error_page), metrics))
{
}

Server::~Server()
{
    drain(std::chrono::milliseconds{0});
}

void Server::start()
{
    state_->running = true;
    for (auto const& acceptor : state_->acceptors) acceptor->start();
    for (auto const& core : state_->cores) core->start();
}

bool Server::drain(std::chrono::milliseconds patience)
{
    if (!std::exchange(state_->running, false)) return true;
    state_->engine.draining = true;
    state_->stop_accepting();
    for (auto const& core : state_->cores) core->drain();
    state_->engine.counts->wait_for_none(patience);
    for (auto const& core : state_->cores) core->stop();
    return state_->engine.cut_off == 0;
}

std::uint16_t Server::port() const
{
    return state_->acceptors.front()->port();
}

std::size_t Server::connections() const
{
    return state_->engine.counts->total();
}

void Server::reload_certificate()
{
    state_->engine.reload_tls();
}

}  // namespace signet::http
