// http/answers.hpp - the JSON that endpoints give.
#pragma once
#include <string>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "core/access_token.hpp"
#include "core/user.hpp"
#include "http/routes.hpp"

namespace signet::http {

[[nodiscard]] Response answer(int status, json::Object const& body);
[[nodiscard]] Response no_content();
// The same, once the resource servers know of what was revoked, or have had their time to.
[[nodiscard]] Response no_content(core::Revoked const& revoked);
[[nodiscard]] Response no_content(revocation::Sequence revoked_to);  // 0: nothing was
// A refusal of core: logged with its detail under the request's id (at level debug where a stranger could fill the log
// with it); invalid_token also gets its challenge.
[[nodiscard]] Response refuse(Call const& call, core::Error const& error);

// {"id","email","name","roles"}
[[nodiscard]] json::Object to_json(core::User const& user);

// RFC 3339 in UTC with milliseconds, for the years 1970 to 9999: "2026-01-02T03:04:05.678Z".
[[nodiscard]] std::string rfc3339(TimePoint time);

// Where the request comes from, as kept with sessions and in the audit.
[[nodiscard]] core::Origin find_origin(Request const& request);

}  // namespace signet::http
