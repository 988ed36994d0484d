// jose/token_access.hpp - the only maker of proof types.
#pragma once
#include <memory>
#include <utility>

#include "jose/jws.hpp"
#include "jose/jwt.hpp"

namespace jose {

struct TokenAccess {
    using State = VerifiedToken::State;
    using Owner = std::unique_ptr<State, VerifiedToken::Recycle>;

    static VerifiedPayload new_payload() { return {}; }
    static std::string&    header_of(VerifiedPayload& payload) { return payload.header_; }
    static std::string&    bytes_of(VerifiedPayload& payload) { return payload.payload_; }

    // Memory of an earlier token of this thread where there is some.
    static Owner         new_state();
    static VerifiedToken seal(Owner state) { return VerifiedToken{std::move(state)}; }
};

}  // namespace jose
