// cli/systemd.hpp - what systemd is told about this process: sd_notify(3), whose protocol is one datagram. The
// library for it would bring several others into the server.
#pragma once
#include <string_view>

namespace signet::cli {

// Sends `state`, such as "READY=1", to the socket that NOTIFY_SOCKET names; does nothing where nobody waits for it. A
// failure is written to the log.
void notify_systemd(std::string_view state);

}  // namespace signet::cli
