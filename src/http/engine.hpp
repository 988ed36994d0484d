// http/engine.hpp - what all I/O threads of one server share.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "http/admission.hpp"
#include "http/forwarded.hpp"
#include "http/refusal.hpp"
#include "http/request_ids.hpp"
#include "http/server.hpp"
#include "http/tls_context.hpp"

namespace signet::http {

// Thread-safe where it can change at all. Outlives every connection.
class Engine {
public:
    // Throws std::runtime_error when the options cannot be followed.
    Engine(ServerOptions options, Handler handler, ErrorPage error_page, Metrics& metrics);

    ServerOptions const                     options;
    Handler const                           handler;
    ErrorPage const                         error_page;
    TrustedProxies const                    proxies;
    std::shared_ptr<ConnectionCounts> const counts;
    std::atomic<bool>                       draining = false;
    std::atomic<std::size_t>                cut_off  = 0;  // connections closed while they were busy

    RequestIds ids;

    // What new connections speak; null in the clear.
    [[nodiscard]] TlsContext tls();
    void                     reload_tls();

    // Whether the cap per address applies there: not to this machine and declared proxies.
    [[nodiscard]] bool is_bound(std::string_view address) const;

    // Whether it is time for another warning of what strangers may cause as often as they like.
    [[nodiscard]] bool may_complain();

    // `reason` is Refusal's code, or why a connection was ended or not let in: a fixed set (CHECKS E35).
    void count_accepted() { accepted_.add(); }
    void count_yielded() { yielded_.add(); }
    void count_refused(std::string_view reason);

private:
    struct Refused {
        std::string_view reason;
        Counter*         count;
    };

    Counter&                              accepted_;
    Counter&                              yielded_;
    std::vector<Refused>                  refused_;
    std::mutex                            mutex_;
    TlsContext                            tls_;
    std::chrono::steady_clock::time_point tls_since_;
    std::chrono::steady_clock::time_point complained_;
};

}  // namespace signet::http
