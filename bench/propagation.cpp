// bench/propagation.cpp - from the answer to a sign-out to its refusal at the last of many verifiers.
//
//     bench_propagation ISSUER PORT CA CREDENTIAL VERIFIERS SIGN_OUTS EMAIL PASSWORD PROCESSES PROGRAM
//
// Of the verifiers so many are processes of their own, which run PROGRAM; the others are played by this one.
// Prints one JSON object; times in milliseconds, from the answer, so that what was refused before it counts as 0.
#include <fmt/core.h>
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "followers.hpp"
#include "real_verifiers.hpp"

namespace {

using bench::fail;
using Steady = std::chrono::steady_clock;

std::string member(std::string const& json, std::string const& name)
{
    auto const key = json.find("\"" + name + "\":\"");
    if (key == std::string::npos) return {};
    auto const begin = key + name.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
}

// Which verifiers refuse the session that is being signed out. Thread-safe.
class Board {
public:
    void begin(std::string session)
    {
        std::scoped_lock const lock{mutex_};
        session_ = std::move(session);
        count_   = 0;
    }
    void note(std::string const& subject, Steady::time_point when)
    {
        std::scoped_lock const lock{mutex_};
        if (subject != session_) return;
        ++count_;
        last_ = count_ == 1 ? when : std::max(last_, when);
        grown_.notify_one();
    }
    // When the last of them began to; dies when they do not within ten seconds.
    Steady::time_point wait_for(std::size_t all)
    {
        std::unique_lock lock{mutex_};
        if (!grown_.wait_for(lock, std::chrono::seconds{10}, [&] { return count_ >= all; }))
            fail(fmt::format("only {} of {} verifiers refuse it", count_, all));
        return last_;
    }

private:
    std::mutex              mutex_;
    std::condition_variable grown_;
    std::string             session_;
    std::size_t             count_ = 0;
    Steady::time_point      last_{};
};

double percentile(std::vector<double> values, double share)
{
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, static_cast<std::size_t>(static_cast<double>(values.size()) * share))];
}

double milliseconds(Steady::duration time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

struct Verifiers {
    bench::Followers const&     played;
    bench::RealVerifiers const& real;

    [[nodiscard]] std::size_t size() const { return played.size() + real.size(); }
    [[nodiscard]] std::size_t count_acceptances(signet::revocation::TokenKeys const& keys,
                                                std::string const&                   token) const
    {
        return played.size() - played.count_refusals(keys) + real.count_acceptances(token);
    }
};

struct Tally {
    std::vector<double> after_answer;  // the last verifier, 0 when it was before the answer
    std::vector<double> after_asking;
    std::vector<double> answer;  // how long the sign-out took
    std::size_t         all_confirmed = 0;
    std::size_t         accepted      = 0;  // after an answer that said N/N
};

void sign_out_once(httplib::SSLClient& client, std::string const& login, Board& board, Verifiers const& verifiers,
                   Tally& tally)
{
    auto const signed_in = client.Post("/api/v1/login", login, "application/json");
    if (!signed_in || signed_in->status != 200) fail("a sign-in is refused");
    auto const session = member(signed_in->body, "session_id");
    auto const token   = member(signed_in->body, "access_token");
    auto const keys    = signet::revocation::TokenKeys::of({.session_id = session, .issued_at = {}});
    if (verifiers.count_acceptances(keys, token) != verifiers.size()) fail("a session is refused before it is over");

    board.begin(session);
    auto const asked    = Steady::now();
    auto const answer   = client.Post("/api/v1/logout", {{"Authorization", "Bearer " + token}}, "", "");
    auto const answered = Steady::now();
    if (!answer || answer->status != 204) fail("a sign-out is refused");
    if (answer->get_header_value("Signet-Propagated") == fmt::format("{0}/{0}", verifiers.size())) {
        ++tally.all_confirmed;
        tally.accepted += verifiers.count_acceptances(keys, token);
    }
    auto const last = board.wait_for(verifiers.size());
    tally.after_answer.push_back(std::max(0.0, milliseconds(last - answered)));
    tally.after_asking.push_back(milliseconds(last - asked));
    tally.answer.push_back(milliseconds(answered - asked));
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 11) fail("wants ISSUER PORT CA CREDENTIAL VERIFIERS SIGN_OUTS EMAIL PASSWORD PROCESSES PROGRAM");
    bench::Place const place{
        .issuer = argv[1], .host = "localhost", .port = std::atoi(argv[2]), .ca = argv[3], .credential = argv[4]};
    auto const                          sign_outs = static_cast<std::size_t>(std::atoi(argv[6]));
    auto const                          login = fmt::format(R"({{"email":"{}","password":"{}"}})", argv[7], argv[8]);
    Board                               board;
    auto const                          processes = static_cast<std::size_t>(std::atoi(argv[9]));
    auto const                          wanted    = static_cast<std::size_t>(std::atoi(argv[5]));
    bench::RealVerifiers::Refused const refused   = [&](auto const& session, auto when) { board.note(session, when); };
    bench::RealVerifiers const          real{argv[10], place, processes, refused};
    bench::Followers const              played{place, wanted - processes, [&](auto const& delta) {
                                      for (auto const& entry : delta.entries) board.note(entry.subject, Steady::now());
                                  }};
    Verifiers const                     verifiers{played, real};

    httplib::SSLClient client(place.host, place.port);
    client.set_ca_cert_path(place.ca.c_str());
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_read_timeout(30);
    Tally tally;
    for (std::size_t i = 0; i < sign_outs; ++i) sign_out_once(client, login, board, verifiers, tally);
    auto const list = [](std::vector<double> const& times) {
        return fmt::format(R"({{"p50":{:.2f},"p99":{:.2f},"worst":{:.2f}}})", percentile(times, 0.5),
                           percentile(times, 0.99), percentile(times, 1));
    };
    fmt::print(
        R"({{"verifiers":{},"processes":{},"sign_outs":{},"after_answer":{},"after_asking":{},"answer":{},"all_confirmed":{},)"
        R"("accepted":{}}})"
        "\n",
        verifiers.size(), processes, sign_outs, list(tally.after_answer), list(tally.after_asking), list(tally.answer),
        tally.all_confirmed, tally.accepted);
    static_cast<void>(std::fflush(stdout));
    std::_Exit(0);  // ten thousand connections need not be taken down one by one; a process ends with its input
}
