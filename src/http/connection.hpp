// http/connection.hpp - one client's connection, from handshake to close.
//
// Where a proxy announces its clients, that comes first (PROXY protocol, before TLS).
// A connection is in one phase at a time; run() goes from phase to phase as far
// as it gets without waiting. It waits for the socket, for the handler's answer,
// for more of a stream, or not at all; while a request is handled, nothing is read
// (CHECKS E2).
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/deadline_wheel.hpp"
#include "http/engine.hpp"
#include "http/io_core.hpp"
#include "http/message.hpp"
#include "http/refusal.hpp"
#include "http/request_reader.hpp"
#include "http/response_writer.hpp"
#include "http/transport.hpp"

namespace signet::http {

// Of its core's thread alone.
class Connection final : public Timed, public std::enable_shared_from_this<Connection> {
public:
    // Throws std::runtime_error when there is no memory for TLS.
    Connection(IoCore& core, Engine& engine, Arrival arrival);

    void               start();
    // Closes when it is idle; else ends after the running answer.
    void               drain();
    // Closes, to make room for another: it is idle.
    void               yield();
    // Closes in whatever phase it is.
    void               cut_off();
    // The answer to request `number`; nullopt when the handler let go of it unanswered. Another than the one that is
    // waited for is dropped.
    void               answer(std::uint64_t number, std::optional<Response> response);
    // The handler is on the stack: an answer given now is taken up when it returns.
    [[nodiscard]] bool is_in_handler() const { return running_ && phase_ == Phase::handling; }

private:
    enum class Phase { announcing, handshaking, reading, handling, writing, streaming, lingering, closed };
    enum class Next { go_on, wait_read, wait_write, wait_answer, stop };
    // For which deadline the read phase has asked.
    enum class ReadDeadline { none, idle, head, body };

    void on_deadline() override;
    void run();
    void wait(Next for_what);
    void stop_waiting();

    Next step();
    Next announce();
    Next take_announcement(std::string_view client);
    Next misannounced(std::string_view why);
    void begin_session();
    Next handshake();
    Next end_session();
    Next read();
    Next read_more();
    Next handle();
    Next take_answer();
    Next write();
    Next end_answer();
    Next stream();
    Next break_off();
    Next linger();
    Next begin_lingering();
    Next close();
    Next refuse(Refusal refusal);
    Next begin_answer(Response response);
    Next send_continue();

    [[nodiscard]] bool     is_idle() const;
    void                   call_handler();
    void                   attach_stream();
    void                   resume_stream();
    void                   end_stream();
    void                   watch_peer(Next for_what);
    void                   hear_peer();
    void                   set_read_deadline();
    [[nodiscard]] Response error_page(Refusal const& refusal, std::string_view id) const;
    [[nodiscard]] Response failure(std::string_view what, std::string_view why) const;

    IoCore&                      core_;
    Engine&                      engine_;
    boost::asio::ip::tcp::socket socket_;
    Admission                    admission_;
    std::string                  address_;       // of the peer, or of its client once it has been announced
    bool                         from_proxy_;    // address_ is one: what its requests say of their client is believed
    bool const                   needs_tls_;     // and has none: others could read along
    std::string                  announcement_;  // what has come of it
    Transport                    transport_;
    RequestReader                reader_;
    ResponseWriter               writer_;

    IdlePlace     idle_{*this};
    Phase         phase_         = Phase::handshaking;
    bool          running_       = false;  // run() is on the stack
    std::uint64_t wait_number_   = 0;      // of the one wait whose end counts
    bool          readable_      = true;
    ReadDeadline  read_deadline_ = ReadDeadline::none;
    bool          late_          = false;  // the request did not arrive in time

    std::chrono::steady_clock::time_point body_began_;
    std::uint64_t                         request_number_ = 0;
    bool                                  answered_       = false;  // the handler has, or never will: then no answer_
    std::optional<Response>               answer_;
    bool                                  informs_        = false;  // what is written is 100 Continue
    bool                                  ends_           = false;  // after what is written
    bool                                  write_deadline_ = false;  // is set
    std::size_t                           discarded_      = 0;
    std::shared_ptr<StreamHold>           stream_;                // what follows what is written
    bool                                  watches_peer_ = false;  // whether it goes, while nothing is read
};

}  // namespace signet::http
