#pragma once
// What the services on processes and threads share.

#include <ob/attributes.hpp>
#include <ps/services.hpp>

namespace ps {

// Answers a query whose information has a fixed size. STATUS_INFO_LENGTH_MISMATCH.
template <typename T>
Answer Give(UserPointer information, ULONG length, UserOut<ULONG> return_length, const T &value) {
  TRY(return_length.WriteIfGiven(sizeof(T)));
  if (length != sizeof(T)) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  TRY(information.Write(&value, sizeof(value)));
  return STATUS_SUCCESS;
}

// Threads and processes are opened by client id only; an attribute name is a mistake, and both is one too.
inline Result<CLIENT_ID> ReadClientId(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                      UserIn<CLIENT_ID> client_id) {
  ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes));
  if (!captured.name.View().empty()) {
    return Fail(client_id ? STATUS_INVALID_PARAMETER_MIX : STATUS_OBJECT_NAME_NOT_FOUND);
  }
  if (!client_id) {
    return Fail(STATUS_INVALID_PARAMETER_MIX);
  }
  return client_id.Read();
}

}  // namespace ps
