// verifier/key_server.hpp - for tests: an issuer that answers as it is told, over plain HTTP on loopback.
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace signet {

// Serves one connection at a time, one request each. Thread-safe.
class KeyServer {
public:
    KeyServer();
    ~KeyServer();
    KeyServer(KeyServer const&)            = delete;
    KeyServer& operator=(KeyServer const&) = delete;

    // "http://127.0.0.1:PORT"
    [[nodiscard]] std::string issuer() const;

    // Every request from now on gets `response`, a whole HTTP response; an empty
    // one is never answered, and the connection stays open until the server ends.
    void answer(std::string response);
    // 200 with `body`, and `headers` of the form "Name: value\r\n".
    void answer_ok(std::string const& body, std::string const& headers = {});

    [[nodiscard]] std::size_t requests() const;
    // The text of the request with that number, from 0. Waits until it is there.
    [[nodiscard]] std::string request(std::size_t number) const;

private:
    void serve();

    int listener_;
    int port_;

    mutable std::mutex              mutex_;
    mutable std::condition_variable arrived_;
    std::string                     response_;
    std::vector<std::string>        requests_;
    std::vector<int>                unanswered_;

    std::thread thread_;
};

}  // namespace signet
