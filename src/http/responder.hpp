// http/responder.hpp - the way back from a handler, from whatever thread, to its connection.
#pragma once
#include <cstdint>
#include <memory>

#include "http/server.hpp"

namespace signet::http {

class Connection;
class IoCore;

// Called on the connection's thread while its handler runs, the responder answers in place; else the answer is posted
// to that thread. The second call does nothing. When the last copy ends without a call, the connection is told so.
[[nodiscard]] Responder make_responder(std::shared_ptr<IoCore> core, std::weak_ptr<Connection> connection,
                                       std::uint64_t request_number);

}  // namespace signet::http
