// cli/systemd.hpp - what systemd is told about this process: sd_notify(3), whose protocol is one datagram. The
// library for it would bring several others into the server.
#pragma once
#include <string>
#include <string_view>

namespace signet::cli {

// Sends `state`, such as "READY=1", to the socket of that name, by default what NOTIFY_SOCKET holds; does nothing where
// that is empty. A failure is written to the log.
void notify_systemd(std::string_view state);
void notify_systemd(std::string_view state, std::string const& socket);

}  // namespace signet::cli
