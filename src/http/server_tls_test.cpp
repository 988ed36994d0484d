// CHECKS E9, on the listener itself: what a file says is nothing, what a client can negotiate is all.
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <fstream>

#include "http/server_fixture.hpp"
#include "http/transport.hpp"

namespace signet::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

class ServerTls : public testing::Test {
protected:
    [[nodiscard]] ServerOptions options() const
    {
        return {.listen           = {.host = "127.0.0.1", .tls = true},
                .certificate_file = certificate_.certificate_file(),
                .private_key_file = certificate_.private_key_file(),
                .limits           = {.tls_deadline = 500ms}};
    }
    [[nodiscard]] bool connects(TlsChoice const& choice) const
    {
        RawClient client{server_.port()};
        return client.start_tls(choice);
    }

    TestCertificate certificate_;
    TestServer      server_{options()};
};

TEST_F(ServerTls, AnswersThroughBothVersions)
{
    for (auto const& [version, name] : {std::pair{TLS1_2_VERSION, "TLSv1.2"}, std::pair{TLS1_3_VERSION, "TLSv1.3"}}) {
        RawClient client{server_.port()};
        ASSERT_TRUE(client.start_tls({.least = version, .most = version}));
        EXPECT_EQ(client.tls_version(), name);
        client.send(post("/echo", "1") + post("/later", "2") + get("/large"));
        EXPECT_EQ(client.read_answer().body, "1");
        EXPECT_EQ(client.read_answer().body, "2");
        EXPECT_EQ(client.read_answer().body, std::string(1'000'000, 'x'));
        client.send("nonsense\r\n\r\n");
        EXPECT_EQ(client.read_answer().status, 400);
        EXPECT_TRUE(client.is_closed());
    }
}

// CHECKS E5: records that carry nothing are worked off by OpenSSL before anybody else has a turn.
TEST_F(ServerTls, EndsAClientThatSendsNothingButKeyUpdates)
{
    auto const update_keys = [](RawClient const& client, int times) {
        bool sent = true;
        for (int i = 0; i < times && sent; ++i)
            sent = SSL_key_update(client.session(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
                   SSL_do_handshake(client.session()) == 1;
    };
    RawClient few{server_.port()};
    ASSERT_TRUE(few.start_tls({.least = TLS1_3_VERSION}));
    for (int round = 0; round < 10; ++round) {
        update_keys(few, 10);
        few.send(get("/echo"));
        EXPECT_EQ(few.read_answer().status, 200) << "after " << 10 * (round + 1);
    }
    RawClient many{server_.port()};
    ASSERT_TRUE(many.start_tls({.least = TLS1_3_VERSION}));
    update_keys(many, 2 * Transport::kMostIdleRecords);
    many.send(get("/echo"));
    EXPECT_EQ(many.read_answer().status, 0);
    EXPECT_NE(server_.metrics().text().find(R"(reason="tls_records"} 1)"), std::string::npos);
}

// Who is idle gives way in the order in which it became so, whatever it sends that is no request.
TEST_F(ServerTls, TakesJunkForNoSignOfLife)
{
    auto small               = options();
    small.threads            = 1;
    small.limits.connections = 2;
    TestServer server{small};
    RawClient  first{server.port()};
    ASSERT_TRUE(first.start_tls());
    RawClient second{server.port()};
    ASSERT_TRUE(second.start_tls());
    ASSERT_EQ(::send(first.socket(), "\x17", 1, 0), 1) << "a record begins, and ends never";
    RawClient third{server.port()};
    ASSERT_TRUE(third.start_tls());
    second.send(get("/echo"));
    EXPECT_EQ(second.read_answer().status, 200);
    EXPECT_EQ(first.read_answer().status, 0);
}

// RFC 9325 4.4: a ticket key that is kept for long undoes forward secrecy.
TEST_F(ServerTls, ResumesSessionsUntilTheTicketKeyIsRenewed)
{
    auto forgetful                   = options();
    forgetful.limits.ticket_key_life = 0ms;
    TestServer renewing{forgetful};
    for (auto const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto const resumes = [version](TestServer const& server) {
            TlsChoice choice{.least = version, .most = version};
            RawClient first{server.port()};
            EXPECT_TRUE(first.start_tls(choice));
            first.send(get("/echo"));
            EXPECT_EQ(first.read_answer().status, 200);  // with it comes the ticket of TLS 1.3
            SSL_shutdown(first.session());
            choice.before = first.session();
            RawClient second{server.port()};
            EXPECT_TRUE(second.start_tls(choice));
            EXPECT_EQ(second.peer_serial(), first.peer_serial());
            return SSL_session_reused(second.session()) == 1;
        };
        EXPECT_TRUE(resumes(server_));
        EXPECT_FALSE(resumes(renewing));
    }
}

TEST_F(ServerTls, RefusesOlderVersions)
{
    EXPECT_FALSE(connects({.least = TLS1_VERSION, .most = TLS1_1_VERSION}));
    EXPECT_FALSE(connects({.most = TLS1_1_VERSION}));
    EXPECT_FALSE(connects({.most = TLS1_VERSION}));
}

TEST_F(ServerTls, RefusesSuitesThatBcp195DoesNotWant)
{
    for (auto const* suite :
         {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384", "AES128-SHA",
          "ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-ARIA128-GCM-SHA256", "ECDHE-ECDSA-NULL-SHA"})
        EXPECT_FALSE(connects({.most = TLS1_2_VERSION, .suites = suite})) << suite;
    EXPECT_TRUE(connects({.most = TLS1_2_VERSION, .suites = "ECDHE-ECDSA-AES256-GCM-SHA384"}));
}

TEST_F(ServerTls, ChoosesTheSuiteItself)
{
    RawClient client{server_.port()};
    ASSERT_TRUE(client.start_tls(
        {.most = TLS1_2_VERSION, .suites = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"}));
    EXPECT_EQ(client.tls_suite(), "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_F(ServerTls, RefusesToNegotiateAgain)
{
    RawClient client{server_.port()};
    ASSERT_TRUE(client.start_tls({.most = TLS1_2_VERSION}));
    EXPECT_TRUE(SSL_renegotiate(client.session()) != 1 || SSL_do_handshake(client.session()) != 1);
}

TEST_F(ServerTls, DoesNotCompress)
{
    RawClient client{server_.port()};
    ASSERT_TRUE(client.start_tls());
    EXPECT_EQ(SSL_get_current_compression(client.session()), nullptr);
}

TEST_F(ServerTls, SpeaksHttp11AndNothingElseByName)
{
    EXPECT_TRUE(connects({.protocols = "\x08http/1.1"}));
    EXPECT_FALSE(connects({.protocols = "\x02h2"}));
    RawClient client{server_.port()};
    ASSERT_TRUE(client.start_tls({.protocols = "\x02h2\x08http/1.1"}));
    unsigned char const* chosen = nullptr;
    unsigned             size   = 0;
    SSL_get0_alpn_selected(client.session(), &chosen, &size);
    EXPECT_EQ((std::string{reinterpret_cast<char const*>(chosen), size}), "http/1.1");
}

TEST_F(ServerTls, AnswersPlainHttpInPlainTextAndEnds)
{
    RawClient client{server_.port()};
    client.send(get("/hidden"));
    EXPECT_EQ(client.read_answer().status, 400);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(server_.hidden(), 0);
}

TEST_F(ServerTls, EndsOnWhatIsNoHandshake)
{
    for (auto const& bytes : {"\x16\x03\x01\x00\x05hello"s, "\x00\x00\x00\x00\x00\x00"s, "SSH-2.0-OpenSSH\r\n"s,
                              std::string(100'000, '\xFF')}) {
        RawClient client{server_.port()};
        client.send(bytes);
        client.read_all();  // at most an alert
    }
    EXPECT_TRUE(connects({}));
}

// CHECKS E5
TEST_F(ServerTls, CutsOffASlowHandshake)
{
    RawClient silent{server_.port()};
    EXPECT_TRUE(silent.is_closed());
    RawClient slow{server_.port()};
    slow.send("\x16\x03\x01"s);
    EXPECT_TRUE(slow.is_closed());
}

TEST_F(ServerTls, TakesANewCertificateAndKeepsOldConnections)
{
    RawClient before{server_.port()};
    ASSERT_TRUE(before.start_tls());
    EXPECT_EQ(before.peer_serial(), "1");

    certificate_.renew();
    server_.server().reload_certificate();
    RawClient after{server_.port()};
    ASSERT_TRUE(after.start_tls());
    EXPECT_EQ(after.peer_serial(), "2");
    before.send(get("/echo"));
    EXPECT_EQ(before.read_answer().status, 200);
}

TEST_F(ServerTls, KeepsTheOldCertificateWhenTheNewOneIsBroken)
{
    std::ofstream{certificate_.certificate_file()} << "nonsense";
    EXPECT_THROW(server_.server().reload_certificate(), std::runtime_error);
    RawClient client{server_.port()};
    ASSERT_TRUE(client.start_tls());
    EXPECT_EQ(client.peer_serial(), "1");
}

TEST_F(ServerTls, SaysWhichFileItCannotUse)
{
    auto const problem = [](ServerOptions const& options) -> std::string {
        Metrics metrics;
        try {
            Server const server{options, {}, {}, metrics};
        } catch (std::runtime_error const& error) {
            return error.what();
        }
        return "";
    };
    auto missing             = options();
    missing.certificate_file = "/nowhere/certificate.pem";
    EXPECT_TRUE(problem(missing).starts_with("cannot read the certificate /nowhere/certificate.pem: "))
        << problem(missing);

    TestCertificate const other;
    auto                  mixed = options();
    mixed.private_key_file      = other.private_key_file();
    EXPECT_TRUE(problem(mixed).contains(other.private_key_file())) << problem(mixed);
}

TEST_F(ServerTls, DrainsWithoutCuttingAnAnswer)
{
    RawClient client{server_.port()};
    ASSERT_TRUE(client.start_tls());
    client.send(get("/echo"));
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_TRUE(server_.server().drain(10s));
    EXPECT_TRUE(client.is_closed());
}

}  // namespace
}  // namespace signet::http
