#include "cli/certificate_watch.hpp"

#include <sys/stat.h>

#include <stdexcept>

#include "base/log.hpp"

namespace signet::cli {
namespace {

std::array<std::int64_t, 5> look_at(std::string const& file)
{
    struct stat status{};
    if (stat(file.c_str(), &status) != 0) return {};
    return {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino), status.st_size,
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

}  // namespace

CertificateWatch::CertificateWatch(CertificateFiles files, Reload reload)
    : files_(std::move(files)), reload_(std::move(reload)), in_use_(look())
{
    note_end();
}

CertificateWatch::Pair CertificateWatch::look() const
{
    return {look_at(files_.certificate), look_at(files_.private_key)};
}

void CertificateWatch::note_end()
{
    auto const facts = read_certificate(files_, {});
    not_after_       = facts ? std::optional{facts->not_after} : std::nullopt;
}

core::Result<void> CertificateWatch::follow()
{
    {
        std::lock_guard const lock(mutex_);
        if (look() == in_use_) return {};
    }
    return reload();
}

core::Result<void> CertificateWatch::reload()
{
    std::lock_guard const lock(mutex_);
    // Looked at before it is read: what changes meanwhile is another version, and read again.
    auto const            seen = look();
    try {
        reload_();
    } catch (std::runtime_error const& error) {
        return core::refused(core::Errc::unavailable, error.what());
    }
    in_use_ = seen;
    note_end();
    log::info("certificate read again");
    return {};
}

std::optional<TimePoint> CertificateWatch::not_after() const
{
    std::lock_guard const lock(mutex_);
    return not_after_;
}

}  // namespace signet::cli
