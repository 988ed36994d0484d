#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/clock.hpp"
#include "cli/server_metrics.hpp"

namespace signet::cli {
namespace {

// The second number of /proc/self/statm, in pages.
double resident_bytes()
{
    std::ifstream statm("/proc/self/statm");
    double        size     = 0;
    double        resident = 0;
    statm >> size >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_descriptors()
{
    std::error_code ignored;
    auto const      entries = std::filesystem::directory_iterator("/proc/self/fd", ignored);
    auto const      count   = std::distance(begin(entries), end(entries));
    return static_cast<double>(count > 0 ? count - 1 : 0);  // one of them is for reading the folder
}

double most_descriptors()
{
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

double processor_seconds()
{
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    auto const seconds = [](timeval const& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

void watch_process(Metrics& metrics)
{
    metrics.watch("process_resident_memory_bytes", "Memory of this process that is in RAM", resident_bytes);
    metrics.watch("process_open_fds", "Open descriptors", open_descriptors);
    metrics.watch("process_max_fds", "Descriptors that may be open", most_descriptors);
    metrics.watch("process_cpu_seconds_total", "Processor time, in the program and in the kernel", processor_seconds);
    metrics.watch("process_start_time_seconds", "When the process started, in Unix time",
                  [started = static_cast<double>(unix_seconds(SystemClock{}.now()))] { return started; });
}

}  // namespace signet::cli
