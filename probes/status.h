// What an HTTP status means for whoever asked with GET. Source: RFC 9110, section 15.
#pragma once

#include "core/result.h"

namespace ballast {

/// Of a status that is not 2xx: invalid (400), denied (401, 403), not_found (404, 410), rate_limited (429), else
/// unavailable.
constexpr Errc errc_of_status(int status) {
  switch (status) {
    case 400:
      return Errc::invalid;
    case 401:
    case 403:
      return Errc::denied;
    case 404:
    case 410:
      return Errc::not_found;
    case 429:
      return Errc::rate_limited;
    default:
      return Errc::unavailable;
  }
}

/// What is said of a redirect, which nobody follows: a note behind the status, else nothing.
constexpr const char* redirect_note(int status) {
  return status >= 300 && status < 400 ? " (redirects are not followed: name the address they lead to)" : "";
}

}  // namespace ballast
