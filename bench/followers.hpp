// bench/followers.hpp - many verifiers played by one process.
//
// Each has a connection for its stream, one for its confirmations, a place in the log, and a set of its own. Each
// message's signature is checked once for all of them: they are given the same bytes.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "revocation/message.hpp"
#include "revocation/revocation_set.hpp"

namespace bench {

struct Place {
    std::string issuer;
    std::string host;
    int         port;
    std::string ca;
    std::string credential;
};

// As many as this process may have.
void allow_many_descriptors();

// Says why on standard error, and ends the process.
[[noreturn]] void fail(std::string const& why);

// Where the log ends now.
[[nodiscard]] signet::revocation::Position fetch_position(Place const& place);

class Follower;
class Reader;

class Followers {
public:
    // Told of each message that a follower has applied, on the one thread of all followers.
    using Applied = std::function<void(signet::revocation::Delta const&)>;

    // Connects all of them, from the log's present end; returns once every stream has begun.
    Followers(Place place, std::size_t count, Applied applied);
    ~Followers();

    [[nodiscard]] std::size_t size() const { return all_.size(); }
    // How many of them refuse this token now.
    [[nodiscard]] std::size_t count_refusals(signet::revocation::TokenKeys const& token) const;

private:
    Place                                  place_;
    Applied                                applied_;
    boost::asio::io_context                io_{1};
    boost::asio::ssl::context              tls_{boost::asio::ssl::context::tls_client};
    std::unique_ptr<Reader>                reader_;
    std::vector<std::unique_ptr<Follower>> all_;
    std::jthread                           thread_;
};

}  // namespace bench
