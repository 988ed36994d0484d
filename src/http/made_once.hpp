// http/made_once.hpp - what all who ask are given: made by one of them, while the others go on or wait.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>

#include "core/result.hpp"

namespace signet::http {

enum class Serves : std::uint8_t { yes, meanwhile, no };  // meanwhile: for who comes while another is being made

// `Made` is cheap to copy. Thread-safe.
template <class Made>
class MadeOnce {
public:
    // What is there while `judge(Made const&)` says that it serves; else what `make()`, a core::Result<Made>, gives to
    // the one who is first. Who comes meanwhile has the one before, if that will do; else Errc::busy beyond a few who
    // wait. Blocks as `make` does.
    template <class Judge, class Make>
    [[nodiscard]] core::Result<Made> get(Judge const& judge, Make const& make)
    {
        Waiter              waiter{*this};
        std::optional<Made> before;
        {
            std::scoped_lock const lock{mutex_};
            auto const             serves = made_ ? judge(*made_) : Serves::no;
            if (serves == Serves::yes) return *made_;
            if (serves == Serves::meanwhile) before = made_;
            if (!before && !waiter.waits()) return core::refused(core::Errc::busy, "it is being made");
        }
        std::unique_lock making{making_, std::defer_lock};
        if (before && !making.try_lock()) return *std::move(before);
        if (!making.owns_lock()) making.lock();
        return make_if_nobody_has(judge, make);
    }

private:
    // Who else would have a thread of the storage pool do nothing.
    static constexpr int kMostWaiting = 4;

    // One of those for whom there is nothing.
    class Waiter {
    public:
        explicit Waiter(MadeOnce& among) : among_(among) {}
        ~Waiter()
        {
            if (!is_counted_) return;
            std::scoped_lock const lock{among_.mutex_};
            --among_.waiting_;
        }
        Waiter(Waiter const&)            = delete;
        Waiter& operator=(Waiter const&) = delete;

        // False when enough do. Under the lock.
        [[nodiscard]] bool waits()
        {
            is_counted_ = among_.waiting_ < kMostWaiting;
            among_.waiting_ += is_counted_ ? 1 : 0;
            return is_counted_;
        }

    private:
        MadeOnce& among_;
        bool      is_counted_ = false;
    };

    template <class Judge, class Make>
    core::Result<Made> make_if_nobody_has(Judge const& judge, Make const& make)
    {
        {
            // While this one waited, another has made it.
            std::scoped_lock const lock{mutex_};
            if (made_ && judge(*made_) == Serves::yes) return *made_;
        }
        auto made = make();
        if (!made) return made;
        std::scoped_lock const lock{mutex_};
        made_ = *made;
        return made;
    }

    std::mutex          making_;  // held by the one who makes it
    std::mutex          mutex_;   // guards what follows
    std::optional<Made> made_;
    int                 waiting_ = 0;  // for making_, while there is none that will do
};

}  // namespace signet::http
