// core/settings.hpp - the numbers the rules work with. cli/config.cpp fills it.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "jose/algorithm.hpp"

namespace signet::core {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

struct TokenSettings {
    std::string          issuer;    // also the base URL
    std::string          audience;  // "aud" of access tokens; the issuer unless configured
    jose::Algorithm      algorithm       = jose::Algorithm::es256;
    std::chrono::seconds access_lifetime = 10min;  // shortened by up to 5 % at random
    bool                 status_list     = false;  // tokens name their place in one (core/status_list.hpp)
};

// How a browser is kept signed in that does not say how.
enum class SessionMode : std::uint8_t {
    token,    // by a refresh token that rotates
    session,  // by one cookie, for what stands behind `signet gateway`
};

struct SessionSettings {
    SessionMode               mode           = SessionMode::token;
    std::chrono::milliseconds refresh_window = 30s;
    std::chrono::seconds      idle_limit     = 30 * 24h;
    std::chrono::seconds      absolute_limit = 180 * 24h;
};

struct PasswordSettings {
    std::size_t   min_length        = 8;  // code points
    std::size_t   max_bytes         = 1024;
    std::uint32_t memory_kib        = 19456;  // Argon2id m
    std::uint32_t iterations        = 2;      // Argon2id t
    std::uint32_t memory_budget_mib = 512;    // for all hashes that run at once, imported ones included
};

struct ThrottleSettings {
    std::uint32_t account_free      = 5;    // failures without a wait
    std::uint32_t account_hard_stop = 100;  // failures after which only a trusted device gets in, or an operator helps
    std::uint32_t address_free      = 50;   // also how many are forgotten per `forget_after`
    std::uint32_t network_free      = 200;  // per IPv6 /64, likewise
    std::uint32_t signup_free       = 20;   // accounts made from one address or /64 an hour
    std::uint32_t alarm_failures    = 100;  // failed sign-ins a minute that are reported; 0: none
    std::chrono::seconds longest_wait              = 15min;
    std::chrono::seconds forget_after              = 24h;    // since the latest failure
    bool                 exempt_loopback_addresses = false;  // of the per-address limits only; --dev
};

struct KeySettings {
    std::chrono::seconds rotate_every  = 30 * 24h;
    std::chrono::seconds publish_ahead = 1h;
};

struct AuditSettings {
    std::chrono::seconds keep = 400 * 24h;
};

// Of security events on their way to receivers.
struct EventSettings {
    std::chrono::seconds keep         = 7 * 24h;  // they are tried for so long
    std::uint32_t        most_pending = 100'000;  // of one receiver
};

struct Settings {
    TokenSettings    tokens;
    SessionSettings  sessions;
    PasswordSettings passwords;
    ThrottleSettings throttle;
    KeySettings      keys;
    AuditSettings    audit;
    EventSettings    events;
};

}  // namespace signet::core
