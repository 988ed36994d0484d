// cli/process.hpp - this process towards its operating system: signals and limits.
#pragma once
#include <csignal>
#include <cstddef>

namespace signet::cli {

// No core dumps (they would hold keys), no debugger of the same user, no new privileges, files for the owner only, and
// as many descriptors as allowed.
void                         harden_process();
// Descriptors that are no connection's: for database, logs, listeners, and some room.
inline constexpr std::size_t kOtherDescriptors = 200;
// How many connections there may be of the `wanted`, so that descriptors are left for files, logs, and operators.
[[nodiscard]] std::size_t    connections_that_fit(std::size_t wanted);
// Takes back that no debugger may: whoever tries a server out, and its tests, look into it.
void                         allow_debugger();

// Signals that are waited for instead of interrupting. Make one before any other thread starts: threads inherit it.
class Signals {
public:
    enum class Kind { stop, reload };

    Signals();

    // Blocks until SIGTERM or SIGINT (stop) or SIGHUP (reload).
    [[nodiscard]] Kind wait() const;
    // From here on a second SIGTERM or SIGINT ends the process at once.
    void               release() const;

private:
    sigset_t waited_for_{};
};

}  // namespace signet::cli
