#include "http/stream.hpp"

#include <utility>

namespace signet::http {

Stream::Stream(std::size_t most_waiting, std::function<void()> on_end)
    : most_waiting_(most_waiting), on_end_(std::move(on_end))
{
}

void Stream::push(Piece piece)
{
    bool overfull = false;
    {
        std::scoped_lock const lock{mutex_};
        if (ending_ != Ending::none) return;
        waiting_ += piece->size();
        pieces_.push_back(std::move(piece));
        overfull = waiting_ > most_waiting_;
    }
    if (overfull) return end(Ending::broken);
    tell();
}

void Stream::attach(std::function<void()> wake)
{
    {
        std::scoped_lock const lock{mutex_};
        wake_ = std::move(wake);
    }
    tell();
}

Stream::Ending Stream::take(std::string& bytes, std::size_t enough)
{
    std::scoped_lock const lock{mutex_};
    told_ = false;
    if (ending_ == Ending::broken) return ending_;
    while (!pieces_.empty() && bytes.size() < enough) {
        waiting_ -= pieces_.front()->size();
        bytes += *pieces_.front();
        pieces_.pop_front();
    }
    return pieces_.empty() ? ending_ : Ending::none;
}

bool Stream::is_broken() const
{
    std::scoped_lock const lock{mutex_};
    return ending_ == Ending::broken;
}

void Stream::end(Ending how)
{
    std::function<void()> on_end;
    {
        std::scoped_lock const lock{mutex_};
        // What was finished may still break before all of it is sent.
        if (ending_ == how || ending_ == Ending::broken) return;
        ending_ = how;
        told_   = false;  // also who knows of pieces that wait, and cannot take them
        if (how == Ending::broken) pieces_.clear();
        std::swap(on_end, on_end_);
    }
    if (on_end) on_end();
    tell();
}

void Stream::tell()
{
    std::function<void()> wake;
    {
        std::scoped_lock const lock{mutex_};
        if (!wake_ || std::exchange(told_, true)) return;
        wake = wake_;
    }
    wake();
}

}  // namespace signet::http
