#include "verifier/status.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace signet {
namespace {

constexpr std::array kStates{State::starting, State::live, State::degraded, State::stale};

void describe(std::string& text, std::string_view metric, std::string_view type, std::string_view help)
{
    text.append("# HELP signet_verifier_").append(metric).append(" ").append(help);
    text.append("\n# TYPE signet_verifier_").append(metric).append(" ").append(type).append("\n");
}

template <class Number>
void add(std::string& text, std::string_view metric, std::string_view type, std::string_view help, Number value)
{
    std::array<char, 32> digits;
    auto const           end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    describe(text, metric, type, help);
    text.append("signet_verifier_").append(metric).append(" ").append(digits.data(), end).append("\n");
}

double seconds(std::chrono::milliseconds time)
{
    return std::chrono::duration<double>(time).count();
}

}  // namespace

std::string_view name(State state)
{
    switch (state) {
        case State::starting:
            return "starting";
        case State::live:
            return "live";
        case State::degraded:
            return "degraded";
        case State::stale:
            return "stale";
    }
    return "unknown";
}

std::string prometheus_text(VerifierStatus const& status)
{
    std::string text;
    describe(text, "state", "gauge", "How current what is known to be revoked is: 1 for the state that it is in.");
    for (auto const state : kStates)
        text.append("signet_verifier_state{state=\"")
            .append(name(state))
            .append("\"} ")
            .append(state == status.state ? "1\n" : "0\n");
    add(text, "keys", "gauge", "Keys in the issuer's set.", status.keys);
    add(text, "revocation_sequence", "gauge", "Up to which entry of the issuer's log all is known.", status.sequence);
    add(text, "revocations", "gauge", "Revoked sessions, tokens, accounts, clients, and keys that are held.",
        status.entries);
    add(text, "revocations_bytes", "gauge", "Memory that they take.", status.bytes);
    add(text, "last_heard_seconds", "gauge", "How long ago all that was revoked was known.",
        seconds(status.last_heard));
    add(text, "clock_offset_seconds", "gauge", "The issuer's clock less this machine's.", seconds(status.clock_offset));
    add(text, "reconnects_total", "counter", "Streams that followed another.", status.reconnects);
    add(text, "resyncs_total", "counter", "Snapshots that followed another.", status.resyncs);
    return text;
}

}  // namespace signet
