#include "cli/process.hpp"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <initializer_list>

namespace signet::cli {
namespace {

void handle(int number, void (*how)(int))
{
    struct sigaction action{};
    action.sa_handler = how;
    sigaction(number, &action, nullptr);
}

}  // namespace

void harden_process()
{
    umask(S_IRWXG | S_IRWXO);
    rlimit const none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#ifndef __SANITIZE_ADDRESS__  // LeakSanitizer looks into its own process
    // A core handler that takes dumps through a pipe asks for no limit.
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif

    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

std::size_t connections_that_fit(std::size_t wanted)
{
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return wanted;
    // Of a limit too small for that, half.
    auto const spared = std::min<rlim_t>(kOtherDescriptors, files.rlim_cur / 2);
    return std::min<std::size_t>(wanted, files.rlim_cur - spared);
}

void allow_debugger()
{
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

Signals::Signals()
{
    sigemptyset(&waited_for_);
    for (int const number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&waited_for_, number);
    pthread_sigmask(SIG_BLOCK, &waited_for_, nullptr);
    handle(SIGPIPE, SIG_IGN);
}

Signals::Kind Signals::wait() const
{
    int number = 0;
    while (sigwait(&waited_for_, &number) != 0) {
    }
    return number == SIGHUP ? Kind::reload : Kind::stop;
}

void Signals::release() const
{
    for (int const number : {SIGTERM, SIGINT}) handle(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &waited_for_, nullptr);
}

}  // namespace signet::cli
