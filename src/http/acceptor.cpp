#include "http/acceptor.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/log.hpp"
#include "http/numeric_address.hpp"

namespace signet::http {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int         kAcceptsPerTurn = 64;
constexpr auto        kPause          = 100ms;
constexpr std::size_t kMostWaiting    = 64;

std::string_view reason(Overload overload)
{
    return overload == Overload::connections ? "connections" : "connections_per_address";
}

// Ours to wait out: it concerns every client.
bool is_shortage(error_code ec)
{
    namespace errc = boost::system::errc;
    return ec == errc::too_many_files_open || ec == errc::too_many_files_open_in_system ||
           ec == errc::no_buffer_space || ec == errc::not_enough_memory;
}

}  // namespace

Acceptor::Acceptor(tcp::acceptor socket, Engine& engine, Cores const& cores)
    : socket_(std::move(socket)),
      engine_(engine),
      cores_(cores),
      pause_(cores.front()->io()),
      port_(socket_.local_endpoint().port())
{
}

void Acceptor::start()
{
    wait();
}

void Acceptor::stop()
{
    error_code ignored;
    pause_.cancel();
    socket_.close(ignored);
    waiting_.clear();
}

void Acceptor::wait()
{
    socket_.async_wait(tcp::acceptor::wait_read, [this](error_code ec) {
        if (!ec && socket_.is_open()) accept_all();
    });
}

void Acceptor::accept_all()
{
    try {
        for (int accepted = 0; accepted < kAcceptsPerTurn && accept_one(); ++accepted) continue;
    } catch (std::exception const& error) {
        pause(error.what());
    }
    if (pause_.expiry() <= std::chrono::steady_clock::now()) wait();
}

bool Acceptor::accept_one()
{
    auto&         core = **std::ranges::min_element(cores_, {}, [](auto const& each) { return each->load(); });
    tcp::endpoint peer;
    error_code    ec;
    auto          socket = socket_.accept(core.io(), peer, ec);
    if (!ec) {
        if (auto address = canonical_address(peer.address().to_string()))
            let_in({.socket = std::move(socket), .address = *std::move(address), .core = &core});
        return true;
    }
    if (ec == asio::error::would_block || ec == asio::error::try_again) return false;
    // Any other error is the client's: it has gone already, or its network has (accept(2) hands that on).
    if (!is_shortage(ec)) return true;
    pause(ec.message());
    return false;
}

void Acceptor::pause(std::string_view why)
{
    // CHECKS E6: the socket stays readable, so waiting for it would be a busy loop.
    engine_.count_refused("descriptors");
    if (engine_.may_complain()) log::warning("cannot accept connections for the moment", {{"why", why}});
    pause_.expires_after(kPause);
    pause_.async_wait([this](error_code ec) {
        if (!ec) wait();
    });
}

void Acceptor::let_in(Newcomer newcomer)
{
    auto const bytes     = engine_.is_bound(newcomer.address) ? address_bytes(newcomer.address) : AddressBytes{};
    auto       admission = engine_.counts->admit(bytes.span());
    if (!admission && admission.error() == Overload::connections) return ask_for_room(std::move(newcomer));
    if (!admission) return engine_.count_refused(reason(admission.error()));
    engine_.count_accepted();
    error_code ec;
    newcomer.socket.native_non_blocking(true, ec);
    if (!ec)
        newcomer.core->adopt({.socket    = std::move(newcomer.socket),
                              .admission = std::move(*admission),
                              .address   = std::move(newcomer.address)});
}

// Whoever has been idle longest, on the thread with most who are, gives way to whoever comes. Each newcomer costs one
// connection at most, so it finds its place or there is none.
void Acceptor::ask_for_room(Newcomer newcomer)
{
    auto const& idlest = *std::ranges::max_element(cores_, {}, [](auto const& each) { return each->idle(); });
    if (newcomer.asked || idlest->idle() == 0 || waiting_.size() >= kMostWaiting)
        return engine_.count_refused(reason(Overload::connections));
    newcomer.asked = true;
    waiting_.push_back(std::move(newcomer));
    idlest->yield_idle([this] {
        asio::post(cores_.front()->io(), [this] {
            if (waiting_.empty()) return;
            auto first = std::move(waiting_.front());
            waiting_.pop_front();
            let_in(std::move(first));
        });
    });
}

}  // namespace signet::http
