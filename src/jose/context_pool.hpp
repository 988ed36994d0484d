// jose/context_pool.hpp - prepared contexts of a key, one per thread in practice.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

namespace jose::detail {

// Which slot a thread tries. Threads that share one work, only slower.
[[nodiscard]] inline std::size_t thread_number()
{
    static std::atomic<std::size_t> next{0};
    thread_local std::size_t const  mine = next++;
    return mine;
}

// Contexts live and die with their key, so that nothing of a key outlives it in
// some thread. A thread takes the one in its slot, or makes one, and puts it
// back; nobody waits. T is made by a callable that gives std::unique_ptr<T>.
template <class T>
class ContextPool {
public:
    ContextPool() = default;
    ~ContextPool()
    {
        for (auto& slot : slots_) delete slot.context.load();
    }
    ContextPool(ContextPool const&)            = delete;
    ContextPool& operator=(ContextPool const&) = delete;

    class Lease {
    public:
        Lease(std::atomic<T*>& home, std::unique_ptr<T> context) : home_(home), context_(std::move(context)) {}
        ~Lease()
        {
            T* expected = nullptr;
            if (home_.compare_exchange_strong(expected, context_.get(), std::memory_order_acq_rel))
                (void)context_.release();  // NB: else another thread filled the slot; ours is freed
        }
        Lease(Lease const&)            = delete;
        Lease& operator=(Lease const&) = delete;

        T& operator*() const { return *context_; }
        T* operator->() const { return context_.get(); }

    private:
        std::atomic<T*>&   home_;
        std::unique_ptr<T> context_;
    };

    template <class Make>
    [[nodiscard]] Lease take(Make const& make) const
    {
        auto&              home = slots_[thread_number() % slots_.size()].context;
        std::unique_ptr<T> context{home.exchange(nullptr, std::memory_order_acq_rel)};
        if (!context) context = make();
        return {home, std::move(context)};
    }

private:
    struct alignas(64) Slot {
        std::atomic<T*> context{nullptr};
    };
    mutable std::array<Slot, 16> slots_;
};

}  // namespace jose::detail
