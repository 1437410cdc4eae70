#pragma once

#include <new>

#include <fmt/format.h>

#include "base/error.h"
#include "crm_merge/error.h"

namespace crm_merge {

/// `error` as callers of the library see it.
Error to_public(const crm::Error& error);

/// Does `act`; whatever it throws leaves the library as the one public Error.
template <class Act>
auto at_boundary(Act act) {
  try {
    return act();
  } catch (const crm::Error& error) {
    throw to_public(error);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::limit_exceeded, "out of memory: the system gave no more");
  } catch (const std::exception& fault) {
    throw Error(ErrorCode::internal, fmt::format("{}. This is a fault in crm-merge: please report it", fault.what()));
  }
}

}  // namespace crm_merge
