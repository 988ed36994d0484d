// Whom a server without TLS serves.
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "http/engine.hpp"
#include "http/errors.hpp"
#include "http/io_core.hpp"
#include "http/server_fixture.hpp"

namespace signet::http {
namespace {

// What the server makes of a connection that came from `address`, as the acceptor would hand it over.
class Visitor {
public:
    Visitor(std::string address, ServerOptions options)
        : engine_(
              std::move(options), [this](auto const&, Responder const& answer) { handle(answer); },
              [](int status, std::string_view code) { return error_page(status, code, {}); }, metrics_)
    {
        namespace asio = boost::asio;
        asio::ip::tcp::acceptor acceptor{core_->io(), {asio::ip::address_v4::loopback(), 0}};
        client_.emplace(acceptor.local_endpoint().port());
        auto socket = acceptor.accept(core_->io());
        socket.native_non_blocking(true);
        core_->adopt({.socket = std::move(socket), .admission = {}, .address = std::move(address)});
        core_->start();
    }
    ~Visitor() { core_->stop(); }

    [[nodiscard]] RawClient& client() { return *client_; }
    [[nodiscard]] int        handled() const { return handled_; }
    [[nodiscard]] Metrics&   metrics() { return metrics_; }

private:
    void handle(Responder const& answer)
    {
        ++handled_;
        answer(Response{});
    }

    Metrics                  metrics_;
    std::atomic<int>         handled_ = 0;
    Engine                   engine_;
    std::shared_ptr<IoCore>  core_ = std::make_shared<IoCore>(engine_);
    std::optional<RawClient> client_;
};

ServerOptions in_the_clear()
{
    return {.listen = {.host = "0.0.0.0", .tls = false}, .trusted_proxies = {"10.0.0.0/8"}};
}

// A password must not travel where others can read along.
TEST(ServerInTheClear, ServesItsOwnMachineAndItsProxiesAlone)
{
    for (auto const* const served : {"127.0.0.1", "127.8.9.1", "::1", "10.1.2.3"}) {
        Visitor visitor{served, in_the_clear()};
        visitor.client().send(post("/api/v1/login", "{}"));
        EXPECT_EQ(visitor.client().read_answer().status, 200) << served;
    }
    for (auto const* const refused : {"192.0.2.7", "11.0.0.1", "2001:db8::1"}) {
        Visitor visitor{refused, in_the_clear()};
        visitor.client().send(post("/api/v1/login", "{}", "X-Forwarded-For: 10.1.2.3\r\n"));
        auto const reply = visitor.client().read_answer();
        EXPECT_EQ(reply.status, 421) << refused;
        EXPECT_TRUE(reply.body.starts_with(R"({"error":"tls_required","error_description":")")) << reply.body;
        EXPECT_EQ(reply.find("connection"), "close");
        EXPECT_TRUE(visitor.client().is_closed());
        EXPECT_EQ(visitor.handled(), 0);
        EXPECT_TRUE(visitor.metrics().text().contains(R"(reason="tls_required"} 1)"));
    }
}

TEST(ServerInTheClear, LeavesTheBodyOfTheRefusedUnread)
{
    Visitor visitor{"192.0.2.7", in_the_clear()};
    visitor.client().send(
        "POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(visitor.client().read_answer().status, 421) << "not 100";
}

}  // namespace
}  // namespace signet::http
