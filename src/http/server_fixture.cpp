#include "http/server_fixture.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace signet::http {

namespace {

constexpr int kPatience = 10'000;  // ms

void write_pem(std::string const& path, auto&& write)
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file{std::fopen(path.c_str(), "w"), std::fclose};
    if (!file || write(file.get()) != 1) throw std::runtime_error("cannot write " + path);
}

void ignore_broken_pipes()
{
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

}  // namespace

TestCertificate::TestCertificate()
{
    auto name = (std::filesystem::temp_directory_path() / "signet-http-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a folder");
    folder_ = name;
    renew();
}

TestCertificate::~TestCertificate()
{
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void TestCertificate::renew()
{
    ++serial_;
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> const key{EVP_EC_gen("P-256"), EVP_PKEY_free};
    std::unique_ptr<X509, void (*)(X509*)> const         certificate{X509_new(), X509_free};
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial_);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    auto* const subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>("localhost"), -1, -1,
                               0);
    X509_set_issuer_name(certificate.get(), subject);
    if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) throw std::runtime_error("cannot sign");
    write_pem(certificate_file(), [&](std::FILE* out) { return PEM_write_X509(out, certificate.get()); });
    write_pem(private_key_file(), [&](std::FILE* out) {
        return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::optional<std::string> Reply::find(std::string_view header_name) const
{
    std::string lower = head;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto const at = lower.find("\r\n" + std::string{header_name} + ": ");
    if (at == std::string::npos) return std::nullopt;
    auto const begin = at + header_name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

RawClient::RawClient(std::uint16_t port, std::string const& host)
{
    ignore_broken_pipes();
    bool const v6 = host.contains(':');
    socket_       = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in  four{};
    sockaddr_in6 six{};
    four.sin_family = AF_INET;
    six.sin6_family = AF_INET6;
    four.sin_port = six.sin6_port = htons(port);
    ::inet_pton(v6 ? AF_INET6 : AF_INET, host.c_str(),
                v6 ? static_cast<void*>(&six.sin6_addr) : static_cast<void*>(&four.sin_addr));
    auto const* address = v6 ? reinterpret_cast<sockaddr const*>(&six) : reinterpret_cast<sockaddr const*>(&four);
    if (::connect(socket_, address, v6 ? sizeof six : sizeof four) != 0)
        throw std::runtime_error("cannot connect to " + host);
}

RawClient::~RawClient()
{
    session_.reset();
    ::close(socket_);
}

bool RawClient::start_tls(TlsChoice const& choice)
{
    context_.reset(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_security_level(context_.get(), 0);  // so that old versions can be offered at all
    SSL_CTX_set_min_proto_version(context_.get(), choice.least);
    SSL_CTX_set_max_proto_version(context_.get(), choice.most);
    if (!choice.suites.empty()) SSL_CTX_set_cipher_list(context_.get(), choice.suites.c_str());
    session_.reset(SSL_new(context_.get()), SSL_free);
    if (!choice.protocols.empty())
        SSL_set_alpn_protos(session_.get(), reinterpret_cast<unsigned char const*>(choice.protocols.data()),
                            static_cast<unsigned>(choice.protocols.size()));
    if (choice.before) SSL_set_session(session_.get(), SSL_get0_session(choice.before));
    SSL_set_fd(session_.get(), socket_);
    return SSL_connect(session_.get()) == 1;
}

std::string RawClient::tls_version() const
{
    return SSL_get_version(session_.get());
}

std::string RawClient::tls_suite() const
{
    return SSL_get_cipher_name(session_.get());
}

std::string RawClient::peer_serial() const
{
    std::unique_ptr<X509, void (*)(X509*)> const certificate{SSL_get1_peer_certificate(session_.get()), X509_free};
    return std::to_string(ASN1_INTEGER_get(X509_get0_serialNumber(certificate.get())));
}

bool RawClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const sent = session_ ? SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                   : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawClient::finish_sending()
{
    ::shutdown(socket_, SHUT_WR);
}

bool RawClient::receive()
{
    pollfd     ready{.fd = socket_, .events = POLLIN, .revents = 0};
    bool const buffered = session_ && SSL_pending(session_.get()) > 0;
    if (!buffered && ::poll(&ready, 1, kPatience) <= 0) {
        ADD_FAILURE() << "the server neither answers nor ends the connection";
        return false;
    }
    std::array<char, 16 * 1024> room;
    auto const                  got =
        session_ ? SSL_read(session_.get(), room.data(), room.size()) : ::recv(socket_, room.data(), room.size(), 0);
    if (got <= 0)
        ended_ = true;
    else
        received_.append(room.data(), static_cast<std::size_t>(got));
    return got > 0;
}

Reply RawClient::read_answer(bool to_head)
{
    auto end = received_.find("\r\n\r\n");
    for (; end == std::string::npos; end = received_.find("\r\n\r\n"))
        if (!receive()) return {};
    Reply reply{.status = std::stoi(received_.substr(9, 3)), .head = received_.substr(0, end + 4), .body = {}};
    received_.erase(0, end + 4);

    auto const length = to_head ? 0 : std::stoul(reply.find("content-length").value_or("0"));
    while (received_.size() < length)
        if (!receive()) break;
    reply.body = received_.substr(0, length);
    received_.erase(0, length);
    return reply;
}

std::string RawClient::read_until(std::string_view end)
{
    std::size_t at = 0;
    while ((at = received_.find(end)) == std::string::npos)
        if (ended_ || !receive()) return std::exchange(received_, {});
    auto const whole = received_.substr(0, at + end.size());
    received_.erase(0, whole.size());
    return whole;
}

std::string RawClient::read_all()
{
    while (!ended_ && receive()) continue;
    return std::exchange(received_, {});
}

TestServer::TestServer(ServerOptions options)
{
    auto const error_page = [](int status, std::string_view code) {
        Response response;
        response.status = status;
        response.body   = R"({"error":")" + std::string{code} + R"("})";
        return response;
    };
    auto const handler = [this](std::shared_ptr<Request const> const& request, Responder const& answer) {
        handle(request, answer);
    };
    server_ = std::make_unique<Server>(std::move(options), handler, error_page, metrics_);
    server_->start();
}

TestServer::~TestServer()
{
    threads_.clear();
    server_.reset();
}

void TestServer::handle(std::shared_ptr<Request const> const& request, Responder const& answer)
{
    ++handled_;
    if (request->path == "/throw") throw std::runtime_error("a secret of the inside");
    if (request->path == "/forget") return;
    if (request->path == "/held") {
        std::lock_guard const lock{mutex_};
        held_.push_back(answer);
        changed_.notify_all();
        return;
    }
    if (request->path == "/later") {
        std::lock_guard const lock{mutex_};
        threads_.emplace_back([this, request, answer] { answer(respond(*request)); });
        return;
    }
    answer(respond(*request));
    if (request->path == "/twice") answer({.status = 201, .headers = {}, .body = "second"});
}

Response TestServer::begin_stream()
{
    std::lock_guard const lock{mutex_};
    auto const            stream = std::make_shared<Stream>(kMostWaiting, [this] {
        std::lock_guard const ended{mutex_};
        ++ended_streams_;
        changed_.notify_all();
    });
    streams_.push_back(stream);
    changed_.notify_all();
    Response response;
    response.stream = std::make_shared<StreamHold>(stream);
    return response;
}

std::shared_ptr<Stream> TestServer::stream(std::size_t number)
{
    std::unique_lock lock{mutex_};
    bool const there = changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return streams_.size() > number; });
    if (!there) throw std::runtime_error("no request to /stream");
    return streams_[number];
}

void TestServer::wait_for_ended_streams(int count)
{
    std::unique_lock lock{mutex_};
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return ended_streams_ >= count; }));
}

Response TestServer::respond(Request const& request)
{
    if (request.path == "/stream") return begin_stream();
    static std::string const kStatic(100'000, 's');
    Response                 response;
    response.body = request.body;
    if (request.path == "/hidden") ++hidden_;
    if (request.path == "/slow") std::this_thread::sleep_for(std::chrono::milliseconds{30});
    if (request.path == "/large") response.body.assign(1'000'000, 'x');
    if (request.path == "/static") response.static_body = kStatic;
    if (request.path == "/split") response.set("X-Split", "a\r\nX-Injected: b");
    if (request.path == "/nothing") response.status = 204;
    if (request.path == "/peer") response.body = request.peer.text;
    if (request.path == "/end") response.close = true;
    if (request.query.contains("show")) response.body = request.path + "|" + request.query;
    if (request.path == "/headers")
        for (auto const& header : request.headers) response.body += header.name + "=" + header.value + ";";
    return response;
}

void TestServer::wait_for_held(int count)
{
    std::unique_lock lock{mutex_};
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return static_cast<int>(held_.size()) >= count; }));
}

void TestServer::release_held()
{
    release_held({.status = 200, .headers = {}, .body = "held"});
}

void TestServer::release_held(Response const& response)
{
    std::unique_lock lock{mutex_};
    auto const       held = std::exchange(held_, {});
    lock.unlock();
    for (auto const& answer : held) answer(response);
}

Reply TestServer::exchange(std::string_view bytes)
{
    RawClient client{port()};
    client.send(bytes);
    return client.read_answer();
}

std::string get(std::string_view path, std::string_view more_headers)
{
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost\r\n" + std::string{more_headers} + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view more_headers)
{
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string{more_headers} + "\r\n" + std::string{body};
}

}  // namespace signet::http
