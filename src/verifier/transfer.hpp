// verifier/transfer.hpp - exchanges over HTTP, several at a time, on one thread that waits for all of them.
//
// As transfer_settings.hpp has it. Knows nothing of what is exchanged.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "verifier/key_set_address.hpp"

namespace signet {

struct TransferRequest {
    KeySetAddress             to;
    std::string               ca_file;     // PEM; empty: the system's
    std::string               credential;  // after "Authorization: Bearer "; empty: no authorization is sent
    std::string               accept;      // a media type
    std::string               body{};      // what is posted; empty: it is a GET
    std::string               content_type = "application/json";  // of the body
    std::chrono::milliseconds longest{0};                         // it may take no longer; 0: it may last for ever
    // So long may nothing come before it is given up; 0: for ever.
    std::chrono::seconds      longest_silence{0};
    bool                      compressed       = false;  // ask for gzip, and unpack it
    bool                      fresh_connection = false;  // on none that was used before
    bool                      any_status       = false;  // what is answered is taken whatever its status
};

class Transfer;

// One thread at a time, but for wake().
class Transfers {
public:
    // Throws std::bad_alloc, or std::runtime_error when libcurl does not start.
    Transfers();
    ~Transfers();
    Transfers(Transfers const&)            = delete;
    Transfers& operator=(Transfers const&) = delete;

    // Moves what can be moved, until something has, `longest` is over, or somebody calls wake().
    void wait(std::chrono::milliseconds longest);
    // wait() returns, or does so at once the next time. Any thread.
    void wake() noexcept;

private:
    friend class Transfer;
    struct Multi;
    std::unique_ptr<Multi> multi_;
};

// One exchange, under way from its first moment to its end or its destructor's. Does not outlive its Transfers.
class Transfer {
public:
    using Steady = std::chrono::steady_clock::time_point;

    // `take` gets the bytes of an answer with status 200, or of any_status, within Transfers::wait(), and ends the
    // transfer with false. What it throws ends it too. Throws std::bad_alloc, or std::runtime_error for what libcurl
    // cannot do.
    Transfer(Transfers& among, TransferRequest request, std::function<bool(std::string_view)> take);
    ~Transfer();
    Transfer(Transfer const&)            = delete;
    Transfer& operator=(Transfer const&) = delete;

    // 0 until there is an answer.
    [[nodiscard]] long                       status() const;
    // Empty when it ended well, whatever its status; nullopt while it is under way.
    [[nodiscard]] std::optional<std::string> problem() const;
    // How long the answer asks to be left alone (RFC 9110 10.2.3); 0 where it does not. Of a transfer that has ended.
    [[nodiscard]] std::chrono::seconds       retry_after() const;
    // The first byte of the request left no sooner than this. Of a transfer that has been answered.
    [[nodiscard]] Steady                     sent() const;

private:
    friend class Transfers;
    struct Exchange;
    std::unique_ptr<Exchange> exchange_;
};

}  // namespace signet
