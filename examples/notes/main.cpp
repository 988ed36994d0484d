// notes - an API that only signed-in people may use, and the page that uses it.
//
// It never speaks to Signet about a request and has no database of Signet's:
// signet::Verifier fetches the issuer's public keys now and then, hears of what is
// revoked, and checks every token by itself.
#include <httplib.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "answers.hpp"
#include "flags.hpp"
#include "page.hpp"
#include "routes.hpp"
#include "sign_outs.hpp"

namespace {

constexpr std::size_t kLargestBody = 32 * 1024;  // a note, every character of it written as \uXXXX\uXXXX
constexpr std::size_t kThreads     = 96;         // a kept-alive connection holds one, and so does a page that waits

std::unique_ptr<httplib::Server> new_server(notes::Flags const& flags)
{
    if (flags.plain_http) return std::make_unique<httplib::Server>();
    auto server = std::make_unique<httplib::SSLServer>(flags.certificate.c_str(), flags.private_key.c_str());
    if (server->is_valid()) SSL_CTX_set_min_proto_version(server->ssl_context(), TLS1_2_VERSION);
    return server;
}

sigset_t ending_signals()
{
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    return ending;
}

void limit(httplib::Server& server)
{
    server.set_payload_max_length(kLargestBody);
    server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server.set_keep_alive_max_count(1'000);
    server.set_tcp_nodelay(true);
    // The library's own choice would let two processes share a port unnoticed.
    server.set_socket_options([](int socket) {
        int const yes = 1;
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
}

// Serves until SIGINT or SIGTERM, then finishes what runs.
bool serve(httplib::Server& server, notes::SignOuts& sign_outs)
{
    std::atomic<bool> over = false;
    std::jthread      stopper{[&] {
        auto const ending = ending_signals();
        int        signal = 0;
        sigwait(&ending, &signal);
        // A signal may have waited since before the start, and stop() tells nothing to a server that does not run yet.
        while (!server.is_running() && !over) std::this_thread::sleep_for(std::chrono::milliseconds{10});
        server.stop();
        sign_outs.stop_waiting();
    }};
    bool const        served = server.listen_after_bind();

    over = true;
    pthread_kill(stopper.native_handle(), SIGINT);  // in case that it was not a signal that ended us
    return served;
}

void report(signet::KeySetReport const& fetched)
{
    if (!fetched.problem.empty()) std::cerr << "notes: the issuer's keys: " << fetched.problem << std::endl;
}

void report(signet::StateReport const& news)
{
    std::cerr << "notes: the issuer's revocations: " << name(news.state) << (news.problem.empty() ? "" : ": ")
              << news.problem << std::endl;
}

// The first word of the file; empty where there is none.
std::string read_credential(std::string const& file)
{
    std::string credential;
    std::ifstream{file} >> credential;
    return credential;
}

int complain(std::string const& problem)
{
    std::cerr << "notes: " << problem << std::endl;
    return 1;
}

}  // namespace

int main(int count, char** words)
{
    auto const flags = notes::parse_flags(count, words);
    if (!flags) {
        (flags.error().exit_code == 0 ? std::cout : std::cerr) << flags.error().text;
        return flags.error().exit_code;
    }
    // Before any thread starts: all of them leave these two to serve().
    auto const ending = ending_signals();
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);

    auto const server = new_server(*flags);
    if (!server->is_valid()) return complain("cannot use " + flags->certificate + " with " + flags->private_key);

    notes::SignOuts sign_outs;
    auto const      credential = read_credential(flags->verifier_credential);
    if (credential.empty() && !flags->without_revocations) return complain("cannot read " + flags->verifier_credential);
    signet::VerifierOptions options{.issuer                       = flags->issuer,
                                    .audience                     = flags->audience,
                                    .credential                   = credential,
                                    .realm                        = "notes",
                                    .ca_file                      = flags->ca,
                                    .allow_plain_http_on_loopback = flags->plain_http,
                                    .on_fetch = [](signet::KeySetReport const& fetched) { report(fetched); }};
    if (flags->without_revocations) {
        options.revocations = signet::Revocations::ignore;
    } else {
        options.on_state   = [](signet::StateReport const& news) { report(news); };
        options.on_revoked = [&](signet::Revocation const& news) { sign_outs.happened(news); };
    }
    auto const verifier = signet::Verifier::start(std::move(options));
    if (!verifier) return complain(verifier.error().detail);

    notes::NoteStore store;
    limit(*server);
    notes::serve_page(*server, {.issuer = flags->issuer, .peer = flags->peer});
    notes::serve_api(*server, **verifier, store);
    notes::serve_sign_outs(*server, **verifier, sign_outs);
    notes::word_what_is_unsaid(*server);
    notes::add_headers_to_every_answer(*server, flags->peer);

    if (!server->bind_to_port(flags->host, flags->port)) return complain("cannot listen on " + flags->origin());
    std::cout << "notes: " << flags->origin() << std::endl;
    return serve(*server, sign_outs) ? 0 : 1;
}
