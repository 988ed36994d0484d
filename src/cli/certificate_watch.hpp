// cli/certificate_watch.hpp - notices that a certificate was renewed, so that nobody must say so.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "cli/certificate_file.hpp"
#include "core/result.hpp"

namespace signet::cli {

// Looks at two files again and again. Thread-safe.
class CertificateWatch {
public:
    // Takes the pair into use, or throws std::runtime_error and leaves the old one there.
    using Reload = std::function<void()>;

    // The files as they are now count as read.
    CertificateWatch(CertificateFiles files, Reload reload);

    // Reads the pair when a file was changed or replaced since it was last taken into use; a pair that is half
    // written is Errc::unavailable, the old one stays, and the next call tries again.
    [[nodiscard]] core::Result<void> follow();
    // Reads it whether or not it was changed.
    [[nodiscard]] core::Result<void> reload();

    // When the certificate in use ends to be valid; nullopt when that is not known.
    [[nodiscard]] std::optional<TimePoint> not_after() const;

private:
    // What tells one version of a file from the next: it, its size, and when it was last written.
    using Look = std::array<std::int64_t, 5>;
    using Pair = std::array<Look, 2>;
    [[nodiscard]] Pair look() const;
    void               note_end();

    CertificateFiles const   files_;
    Reload const             reload_;
    mutable std::mutex       mutex_;
    Pair                     in_use_;
    std::optional<TimePoint> not_after_;
};

}  // namespace signet::cli
