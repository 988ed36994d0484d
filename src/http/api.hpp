// http/api.hpp - what every endpoint may reach.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "base/worker_pool.hpp"
#include "core/access_token.hpp"
#include "core/feed_signer.hpp"
#include "core/keyring.hpp"
#include "core/ports.hpp"
#include "core/verifiers.hpp"
#include "http/message.hpp"

namespace signet::http {

class RevocationFeed;
class RevocationSnapshots;
class StatusLists;

// A picture as it is served.
struct Picture {
    std::string content_type;  // "image/png"
    std::string bytes;
};

struct ApiSettings {
    std::string              issuer          = {};    // "https://localhost:8443", no trailing slash
    std::vector<std::string> allowed_origins = {};    // exact, besides the issuer's own
    bool                     signup          = true;  // POST /api/v1/signup and the sign-up page
    bool                     secure          = true;  // false: plain HTTP on loopback; cookies are Secure all the same
    std::string              brand           = "Signet";
    std::string brand_css = {};  // a style sheet that sets the pages' custom properties (web/README.md); may be empty
    std::optional<Picture> brand_logo = {};
};

struct Api {
    core::Ports const&                  ports;
    core::Authenticator const&          authenticator;
    ApiSettings const&                  settings;
    WorkerPool&                         storage_pool;  // what reads and commits
    WorkerPool&                         hashing_pool;  // what hashes passwords
    Metrics&                            metrics;
    core::VerifierCredentials const&    verifiers;
    RevocationFeed&                     revocations;
    RevocationSnapshots&                snapshots;
    core::FeedSigner const&             feed_signer;
    core::Keyring const&                feed_keys;
    core::Keyring const&                event_keys;  // it may have none
    StatusLists&                        status_lists;
    std::function<core::Result<void>()> ready;  // can people sign in? storage writable, a signing key at hand
};

}  // namespace signet::http
