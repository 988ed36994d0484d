// notes/routes.hpp - the API: who may do what.
#pragma once
#include <httplib.h>

#include <string>

#include "notes.hpp"
#include "sign_outs.hpp"
#include "signet/verifier.hpp"

namespace notes {

// Adds /profile, /notes, and /dashboard. `verifier` and `store` must outlive the
// server's last request.
void serve_api(httplib::Server& server, signet::Verifier const& verifier, NoteStore& store);

// Adds /until-signed-out, which answers when the token's session has ended; all must outlive the server's last request.
void serve_sign_outs(httplib::Server& server, signet::Verifier const& verifier, SignOuts& sign_outs);

// Adds what every answer carries. The page of `peer`, and no other besides our
// own, may then call the API from a browser; empty: none.
void add_headers_to_every_answer(httplib::Server& server, std::string const& peer);

}  // namespace notes
