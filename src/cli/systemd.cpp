#include "cli/systemd.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include "base/log.hpp"
#include "cli/config.hpp"

namespace signet::cli {
namespace {

// Gives errno, 0 when it was sent.
int send_datagram(std::string const& name, std::string_view text)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
    std::ranges::copy(name, address.sun_path);
    if (name.front() == '@') address.sun_path[0] = '\0';  // an abstract socket
    auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());

    int const socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return errno;
    auto const sent =
        sendto(socket, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr const*>(&address), length);
    int const failure = sent < 0 ? errno : 0;
    close(socket);
    return failure;
}

}  // namespace

void notify_systemd(std::string_view state)
{
    notify_systemd(state, find_variable("NOTIFY_SOCKET").value_or(""));
}

void notify_systemd(std::string_view state, std::string const& socket)
{
    if (socket.empty()) return;
    if (int const failure = send_datagram(socket, state); failure != 0)
        log::warning("systemd could not be told",
                     {{"state", std::string{state}}, {"detail", std::generic_category().message(failure)}});
}

}  // namespace signet::cli
