#include "real_verifiers.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

extern char** environ;

namespace bench {

using Steady = std::chrono::steady_clock;

// It is told a token on a line, and says on lines of its own: "live", "accepted", "refused", "revoked SESSION
// NANOSECONDS".
class RealVerifiers::Process {
public:
    Process(std::string const& program, Place const& place, Refused const& refused) : refused_(refused)
    {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        // The ends here must not be open in the processes that come later.
        if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) fail("no pipe");
        to_   = in[1];
        from_ = out[0];

        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        std::array<std::string, 3> words{program, place.issuer, place.ca};
        std::array<char*, 4>       argv{words[0].data(), words[1].data(), words[2].data(), nullptr};
        if (posix_spawn(&id_, program.c_str(), &actions, nullptr, argv.data(), environ) != 0)
            fail("cannot start " + program);
        posix_spawn_file_actions_destroy(&actions);
        close(in[0]);
        close(out[1]);
        say(place.credential);
        reading_ = std::thread{[this] { read_all(); }};
    }
    ~Process()
    {
        close(to_);  // it ends with its input
        waitpid(id_, nullptr, 0);
        reading_.join();
        close(from_);
    }
    Process(Process const&)            = delete;
    Process& operator=(Process const&) = delete;

    void wait_until_live() { static_cast<void>(wait_for_answer()); }
    bool accepts(std::string const& token)
    {
        say(token);
        return wait_for_answer() == "accepted";
    }

private:
    void say(std::string const& words) const
    {
        auto const line = words + "\n";
        if (write(to_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) fail("a verifier has ended");
    }

    std::string wait_for_answer()
    {
        std::unique_lock lock{mutex_};
        if (!came_.wait_for(lock, std::chrono::seconds{30}, [this] { return answer_.has_value(); }))
            fail("a verifier does not answer");
        return *std::exchange(answer_, std::nullopt);
    }

    void read_all()
    {
        std::string            text;
        std::array<char, 4096> bytes{};
        for (ssize_t size = 0; (size = read(from_, bytes.data(), bytes.size())) > 0;) {
            text.append(bytes.data(), static_cast<std::size_t>(size));
            for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
                take(text.substr(0, end));
                text.erase(0, end + 1);
            }
        }
    }

    void take(std::string const& line)
    {
        constexpr std::string_view kRevoked = "revoked ";
        if (!line.starts_with(kRevoked)) {
            std::scoped_lock const lock{mutex_};
            answer_ = line;
            came_.notify_one();
            return;
        }
        auto const   space = line.rfind(' ');
        std::int64_t when  = 0;
        std::from_chars(line.data() + space + 1, line.data() + line.size(), when);
        refused_(line.substr(kRevoked.size(), space - kRevoked.size()),
                 Steady::time_point{std::chrono::nanoseconds{when}});
    }

    Refused const&             refused_;
    pid_t                      id_   = 0;
    int                        to_   = -1;
    int                        from_ = -1;
    std::mutex                 mutex_;
    std::condition_variable    came_;
    std::optional<std::string> answer_;
    std::thread                reading_;
};

RealVerifiers::RealVerifiers(std::string const& program, Place const& place, std::size_t count, Refused const& refused)
{
    while (all_.size() < count) all_.push_back(std::make_unique<Process>(program, place, refused));
    for (auto const& each : all_) each->wait_until_live();
}

RealVerifiers::~RealVerifiers() = default;

std::size_t RealVerifiers::count_acceptances(std::string const& token) const
{
    std::size_t count = 0;
    for (auto const& each : all_) count += each->accepts(token) ? 1 : 0;
    return count;
}

}  // namespace bench
