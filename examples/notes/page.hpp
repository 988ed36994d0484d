// notes/page.hpp - the single page, held in this binary, and the headers it is served under.
#pragma once
#include <httplib.h>

#include <string>

namespace notes {

// What the page is told, and whom it may call.
struct PageSettings {
    std::string issuer;
    std::string peer;  // empty: none
};

// Adds GET / and the page's scripts and styles.
void serve_page(httplib::Server& server, PageSettings const& settings);

}  // namespace notes
