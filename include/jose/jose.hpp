// jose/jose.hpp - the whole library: keys, policies, sign, verify.
#pragma once
#include "jose/algorithm.hpp"  // IWYU pragma: export
#include "jose/base64url.hpp"  // IWYU pragma: export
#include "jose/detached.hpp"   // IWYU pragma: export
#include "jose/jws.hpp"        // IWYU pragma: export
#include "jose/jwt.hpp"        // IWYU pragma: export
#include "jose/key.hpp"        // IWYU pragma: export
#include "jose/key_set.hpp"    // IWYU pragma: export
#include "jose/policy.hpp"     // IWYU pragma: export
#include "jose/result.hpp"     // IWYU pragma: export
