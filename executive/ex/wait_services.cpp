// Waiting for objects and for time.

#include <ex/objects.hpp>
#include <ex/services.hpp>
#include <ob/handle_table.hpp>

#include <array>

namespace ex {

namespace {

// The deadline of an optional time-out argument.
Result<ke::InterruptTime> ReadDeadline(ke::Caller &caller, UserIn<LARGE_INTEGER> timeout) {
  if (!timeout) {
    return ke::kNever;
  }
  LARGE_INTEGER value = TRY(timeout.Read());
  return caller.Wait().Home().Deadline(value);
}

// What a wait's status is as a service's answer: broken waits are values, only failures are failures.
Answer ToAnswer(NTSTATUS status) {
  if (NT_ERROR(status)) {
    return Fail(status);
  }
  return status;
}

struct SingleWait {
  Ref<ke::Waitable> object;
  ke::InterruptTime deadline = ke::kNever;
};

Result<SingleWait> CaptureSingle(ke::Caller &caller, HANDLE handle, UserIn<LARGE_INTEGER> timeout) {
  SingleWait wait;
  wait.deadline = TRY(ReadDeadline(caller, timeout));
  wait.object = TRY(caller.Handles().ReferenceWaitable(handle));
  return wait;
}

struct ManyWait {
  std::array<Ref<ke::Waitable>, ke::kMaximumWaitObjects> objects;
  std::size_t count = 0;
  ke::InterruptTime deadline = ke::kNever;
  std::span<const Ref<ke::Waitable>> Objects() const { return std::span(objects).first(count); }
};

Result<void> CaptureMany(ManyWait &wait, ke::Caller &caller, ULONG count, UserPointer handles, WAIT_TYPE type,
                         UserIn<LARGE_INTEGER> timeout) {
  if (count == 0 || count > ke::kMaximumWaitObjects) {
    return Fail(STATUS_INVALID_PARAMETER_1);
  }
  if (type != WaitAll && type != WaitAny) {
    return Fail(STATUS_INVALID_PARAMETER_3);
  }
  wait.deadline = TRY(ReadDeadline(caller, timeout));
  std::array<HANDLE, ke::kMaximumWaitObjects> values;
  if (handles.address % alignof(ULONG) != 0) {
    return Fail(STATUS_DATATYPE_MISALIGNMENT);
  }
  TRY(handles.Read(values.data(), count * sizeof(HANDLE)));
  for (ULONG i = 0; i < count; i += 1) {
    wait.objects[i] = TRY(caller.Handles().ReferenceWaitable(values[i]));
  }
  wait.count = count;
  return {};
}

// The first half of NtSignalAndWaitForSingleObject.
Result<void> Signal(ke::Caller &caller, HANDLE handle) {
  ob::HandleTable::Entry entry = TRY(caller.Handles().Lookup(handle));
  if (ob::Is<Event>(*entry.object)) {
    Ref<Event> event = TRY(caller.Handles().Reference<Event>(handle, EVENT_MODIFY_STATE));
    event->Set();
    return {};
  }
  if (ob::Is<Semaphore>(*entry.object)) {
    Ref<Semaphore> semaphore = TRY(caller.Handles().Reference<Semaphore>(handle, SEMAPHORE_MODIFY_STATE));
    if (!semaphore->Add(1)) {
      return Fail(STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    }
    return {};
  }
  if (ob::Is<Mutant>(*entry.object)) {
    Ref<Mutant> mutant = TRY(caller.Handles().Reference<Mutant>(handle, 0));
    if (!mutant->Unlock(caller.Wait())) {
      return Fail(STATUS_MUTANT_NOT_OWNED);
    }
    return {};
  }
  return Fail(STATUS_OBJECT_TYPE_MISMATCH);
}

}  // namespace

std::optional<Answer> TryNtWaitForSingleObject(ke::Caller &caller, HANDLE handle, BOOLEAN alertable,
                                               UserIn<LARGE_INTEGER> timeout) {
  Result<SingleWait> wait = CaptureSingle(caller, handle, timeout);
  if (!wait) {
    return std::unexpected(wait.error());
  }
  std::optional<NTSTATUS> status = ke::TryWaitNow(*wait->object, caller.Wait(), alertable != 0, wait->deadline);
  return status ? std::optional(ToAnswer(*status)) : std::nullopt;
}

coro::Task<Answer> NtWaitForSingleObject(ke::Caller &caller, HANDLE handle, BOOLEAN alertable,
                                         UserIn<LARGE_INTEGER> timeout) {
  SingleWait wait = CO_TRY(CaptureSingle(caller, handle, timeout));
  NTSTATUS status = co_await ke::WaitOne(wait.object, caller.Wait(), alertable != 0, wait.deadline);
  co_return ToAnswer(status);
}

std::optional<Answer> TryNtWaitForMultipleObjects(ke::Caller &caller, ULONG count, UserPointer handles, WAIT_TYPE type,
                                                  BOOLEAN alertable, UserIn<LARGE_INTEGER> timeout) {
  ManyWait wait;
  Result<void> captured = CaptureMany(wait, caller, count, handles, type, timeout);
  if (!captured) {
    return std::unexpected(captured.error());
  }
  std::optional<NTSTATUS> status = ke::TryWaitNow(wait.Objects(), type, caller.Wait(), alertable != 0, wait.deadline);
  return status ? std::optional(ToAnswer(*status)) : std::nullopt;
}

coro::Task<Answer> NtWaitForMultipleObjects(ke::Caller &caller, ULONG count, UserPointer handles, WAIT_TYPE type,
                                            BOOLEAN alertable, UserIn<LARGE_INTEGER> timeout) {
  ManyWait wait;
  CO_TRY(CaptureMany(wait, caller, count, handles, type, timeout));
  NTSTATUS status = co_await ke::WaitMany(wait.Objects(), type, caller.Wait(), alertable != 0, wait.deadline);
  co_return ToAnswer(status);
}

coro::Task<Answer> NtSignalAndWaitForSingleObject(ke::Caller &caller, HANDLE signal, HANDLE object, BOOLEAN alertable,
                                                  UserIn<LARGE_INTEGER> timeout) {
  // Nothing is signalled unless the wait can be tried.
  SingleWait wait = CO_TRY(CaptureSingle(caller, object, timeout));
  CO_TRY(Signal(caller, signal));
  NTSTATUS status = co_await ke::WaitOne(wait.object, caller.Wait(), alertable != 0, wait.deadline);
  co_return ToAnswer(status);
}

namespace {

// A delay that ran to its end is a success.
Answer DelayAnswer(NTSTATUS status) { return ToAnswer(status == STATUS_TIMEOUT ? STATUS_SUCCESS : status); }

Result<ke::InterruptTime> ReadInterval(ke::Caller &caller, UserIn<LARGE_INTEGER> interval) {
  LARGE_INTEGER value = TRY(interval.Read());
  return caller.Wait().Home().Deadline(value);
}

}  // namespace

std::optional<Answer> TryNtDelayExecution(ke::Caller &caller, BOOLEAN alertable, UserIn<LARGE_INTEGER> interval) {
  Result<ke::InterruptTime> deadline = ReadInterval(caller, interval);
  if (!deadline) {
    return std::unexpected(deadline.error());
  }
  std::optional<NTSTATUS> status = ke::TryWaitNow({}, WaitAny, caller.Wait(), alertable != 0, *deadline);
  return status ? std::optional(DelayAnswer(*status)) : std::nullopt;
}

coro::Task<Answer> NtDelayExecution(ke::Caller &caller, BOOLEAN alertable, UserIn<LARGE_INTEGER> interval) {
  ke::InterruptTime deadline = CO_TRY(ReadInterval(caller, interval));
  NTSTATUS status = co_await ke::Sleep(caller.Wait(), alertable != 0, deadline);
  co_return DelayAnswer(status);
}

}  // namespace ex
