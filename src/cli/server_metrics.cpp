#include "cli/server_metrics.hpp"

#include "core/refresh_refusals.hpp"
#include "core/settings.hpp"
#include "core/sign_in_watch.hpp"

namespace signet::cli {
namespace {

void watch_storage(Metrics& metrics, Instance& instance)
{
    metrics.watch("signet_storage_statements_total", "SQL statements run",
                  [&instance] { return static_cast<double>(instance.statements()); });
    metrics.watch("signet_storage_commits_total", "Transactions committed; writes that come together share one",
                  [&instance] { return static_cast<double>(instance.commits()); });
    metrics.watch("signet_storage_commit_queue", "Writes waiting for the commit before them",
                  [&instance] { return static_cast<double>(instance.waiting_writes()); });
    instance.measure(metrics.histogram("signet_storage_commit_seconds", "A commit, the disk's sync included.",
                                       {0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5}));
}

void watch_pools(Metrics& metrics, WatchedServer const& server)
{
    auto const& storage = server.storage_pool;
    auto const& hashing = server.hashing_pool;
    metrics.watch("signet_storage_queue", "Requests waiting for a storage thread",
                  [&storage] { return static_cast<double>(storage.queued()); });
    metrics.watch("signet_storage_running", "Requests on a storage thread",
                  [&storage] { return static_cast<double>(storage.running()); });
    metrics.watch("signet_hashing_queue", "Sign-ins waiting for their hash",
                  [&hashing] { return static_cast<double>(hashing.queued()); });
    metrics.watch("signet_hashing_running", "Password hashes being computed",
                  [&hashing] { return static_cast<double>(hashing.running()); });
}

void watch_keys(Metrics& metrics, Instance& instance)
{
    // Seconds, so that no graph needs to know what time it is.
    metrics.watch("signet_signing_key_age_seconds", "Since the key that signs began to", [&instance] {
        auto const keys = instance.keyring().current();
        auto const now  = instance.ports().clock.now();
        for (auto const& record : keys->records)
            if (record.kid == keys->signing->kid())
                return std::chrono::duration<double>(now - record.active_from).count();
        return 0.0;
    });
    metrics.watch("signet_signing_key_rotate_every_seconds", "[keys] rotate_every",
                  [&instance] { return static_cast<double>(instance.ports().settings.keys.rotate_every.count()); });
    metrics.watch("signet_signing_keys", "Signing keys that are published",
                  [&instance] { return static_cast<double>(instance.keyring().current()->records.size()); });
}

void watch_sign_ins(Metrics& metrics, core::Ports const& ports)
{
    for (auto const end : core::kSignInEnds)
        metrics.watch("signet_sign_ins_total", "Sign-ins, by how they ended",
                      [&ports, end] { return static_cast<double>(ports.sign_ins.count(end)); },
                      {{"end", std::string{core::name(end)}}});
    metrics.watch("signet_guessing_suspected", "1 while more sign-ins fail than [throttle] alarm_failures allows",
                  [&ports] { return ports.sign_ins.is_guessing_suspected(ports.clock.now()) ? 1.0 : 0.0; });
}

}  // namespace

void watch_server(Metrics& metrics, WatchedServer const& server)
{
    auto& instance = server.instance;
    watch_storage(metrics, instance);
    watch_pools(metrics, server);
    watch_keys(metrics, instance);
    for (auto const why : core::kRefreshRefusals)
        metrics.watch("signet_refresh_refused_total", "Refreshes refused, by reason",
                      [&instance, why] { return static_cast<double>(instance.ports().refresh_refusals.count(why)); },
                      {{"reason", std::string{core::name(why)}}});
    watch_sign_ins(metrics, instance.ports());
    if (server.certificate != nullptr)
        metrics.watch("signet_certificate_expires_seconds", "When the TLS certificate in use expires, in Unix time",
                      [certificate = server.certificate] {
                          return static_cast<double>(unix_seconds(certificate->not_after().value_or(TimePoint{})));
                      });
    metrics.watch("signet_build_info", "The running version; always 1", [] { return 1.0; },
                  {{"version", SIGNET_VERSION}});
    watch_process(metrics);
}

}  // namespace signet::cli
