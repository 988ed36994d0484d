// A connection before its first request: the proxy's announcement of its client, and the TLS handshake.
#include <span>
#include <string>

#include "base/log.hpp"
#include "http/connection.hpp"
#include "http/numeric_address.hpp"
#include "http/proxy_header.hpp"

namespace signet::http {

using Outcome = Transport::Outcome;

void Connection::start()
{
    if (engine_.draining) {
        close();
        return;
    }
    if (engine_.options.proxy_protocol && from_proxy_) {
        phase_ = Phase::announcing;
        core_.set_deadline(*this, engine_.options.limits.header_deadline);
    } else {
        begin_session();
    }
    run();
}

void Connection::begin_session()
{
    phase_ = transport_.secure() ? Phase::handshaking : Phase::reading;
    if (transport_.secure())
        core_.set_deadline(*this, engine_.options.limits.tls_deadline);
    else
        core_.clear_deadline(*this);
}

Connection::Next Connection::announce()
{
    auto const header = read_proxy_header(announcement_);
    if (!header) return misannounced(describe(header.error()));
    if (header->missing == 0) return take_announcement(header->client);
    auto const have = announcement_.size();
    announcement_.resize(have + header->missing);
    auto const progress = transport_.read_bare(std::span{announcement_}.subspan(have));
    announcement_.resize(have + progress.bytes);
    if (progress.outcome == Outcome::done) return Next::go_on;
    return progress.outcome == Outcome::wait_read ? Next::wait_read : close();
}

Connection::Next Connection::take_announcement(std::string_view client)
{
    std::string{}.swap(announcement_);
    // Empty: the proxy speaks for itself, or says not for whom. It passes on bytes, so that a header which follows is
    // never its own word.
    from_proxy_ = false;
    if (!client.empty()) {
        address_         = client;
        from_proxy_      = engine_.proxies.contain(address_);
        // The cap that could not bind the proxy binds its client.
        auto const bytes = engine_.is_bound(address_) ? address_bytes(address_) : AddressBytes{};
        if (!engine_.counts->bind(admission_, bytes.span())) {
            engine_.count_refused("connections_per_address");
            return close();
        }
    }
    begin_session();
    return Next::go_on;
}

Connection::Next Connection::misannounced(std::string_view why)
{
    engine_.count_refused("proxy_header");
    if (engine_.may_complain()) log::warning("a connection of a proxy was ended", {{"from", address_}, {"why", why}});
    return close();
}

Connection::Next Connection::handshake()
{
    switch (transport_.handshake()) {
        case Outcome::done:
            phase_ = Phase::reading;
            return Next::go_on;
        case Outcome::wait_read:
            return Next::wait_read;
        case Outcome::wait_write:
            return Next::wait_write;
        case Outcome::plain_http:
            return refuse(kBadRequest);
        default:
            return end_session();
    }
}

// TLS goes no further.
Connection::Next Connection::end_session()
{
    if (transport_.is_flooded()) engine_.count_refused("tls_records");
    return close();
}

}  // namespace signet::http
