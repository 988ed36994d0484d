#include "cli/task.hpp"

#include <exception>
#include <string>

#include "base/log.hpp"

namespace signet::cli {
namespace {

core::Result<void> without_exceptions(Task::Work const& work)
{
    try {
        return work();
    } catch (std::exception const& error) {
        return core::refused(core::Errc::unavailable, error.what());
    }
}

Counter& count(Metrics& metrics, std::string_view task, std::string const& result)
{
    return metrics.counter("signet_maintenance_total", "What the server does by itself, by task and result.",
                           {{"task", std::string{task}}, {"result", result}});
}

}  // namespace

Task::Task(std::string_view name, Metrics& metrics)
    : name_(name), done_(count(metrics, name, "done")), failed_(count(metrics, name, "failed"))
{
}

bool Task::attempt(Work const& work)
{
    auto const outcome = without_exceptions(work);
    if (!outcome && !failing_)
        log::error("maintenance fails",
                   {{"task", name_}, {"error", core::name(outcome.error().code)}, {"detail", outcome.error().detail}});
    if (outcome && failing_) log::info("maintenance works again", {{"task", name_}});
    failing_ = !outcome;
    (outcome ? done_ : failed_).add();
    return outcome.has_value();
}

}  // namespace signet::cli
