// notes/answers.hpp - the shapes of this API's answers.
#pragma once
#include <httplib.h>

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "signet/verifier.hpp"

namespace notes {

void answer(httplib::Response& response, int status, boost::json::object const& body);

// {"error", "error_description"}: the one shape of every refusal.
void refuse(httplib::Response& response, int status, std::string_view code, std::string_view description);

// The same for what the verifier refused, with the headers of RFC 6750.
void refuse(httplib::Response& response, signet::Refusal const& refusal);

// Fills in refusals that nobody else has worded: unknown paths, bodies that are
// too large, methods that are not served.
void word_what_is_unsaid(httplib::Server& server);

}  // namespace notes
