// Events, mutants, semaphores and timers.

#include <ex/objects.hpp>
#include <ex/services.hpp>
#include <ob/attributes.hpp>

namespace ex {

namespace {

// The one fixed-size class of an Nt...Query: checks class and length, then the handle, then writes what `fill` gives.
template <typename T, typename Object, typename Class, typename F>
Answer Query(ke::Caller &caller, HANDLE handle, ACCESS_MASK access, Class information_class, Class known,
             UserPointer to, ULONG length, UserOut<ULONG> return_length, F fill) {
  if (information_class != known) {
    return Fail(STATUS_INVALID_INFO_CLASS);
  }
  if (length != sizeof(T)) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  Ref<Object> object = TRY(caller.Handles().template Reference<Object>(handle, access));
  T information = fill(*object);
  TRY(UserOut<T>(to).Probe());
  TRY(to.Write(&information, sizeof(information)));
  TRY(return_length.WriteIfGiven(sizeof(information)));
  return STATUS_SUCCESS;
}

BOOLEAN ToBoolean(bool value) { return value ? TRUE : FALSE; }

}  // namespace

// ---------------------------------------------------------------------------------------------- events

Answer NtCreateEvent(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                     UserIn<OBJECT_ATTRIBUTES> attributes, EVENT_TYPE type, BOOLEAN initial_state) {
  ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes, ob::Purpose::kCreate));
  Ref<Event> event = TRY(Event::Create(type, initial_state != 0));
  return ob::CreateHandle(caller, handle, desired_access, captured, event);
}

Answer NtOpenEvent(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                   UserIn<OBJECT_ATTRIBUTES> attributes) {
  return ob::OpenHandle(caller, handle, desired_access, attributes, Event::kType);
}

Answer NtSetEvent(ke::Caller &caller, HANDLE handle, UserOut<LONG> previous_state) {
  Ref<Event> event = TRY(caller.Handles().Reference<Event>(handle, EVENT_MODIFY_STATE));
  TRY(previous_state.WriteIfGiven(event->Set()));
  return STATUS_SUCCESS;
}

Answer NtResetEvent(ke::Caller &caller, HANDLE handle, UserOut<LONG> previous_state) {
  Ref<Event> event = TRY(caller.Handles().Reference<Event>(handle, EVENT_MODIFY_STATE));
  TRY(previous_state.WriteIfGiven(event->Reset()));
  return STATUS_SUCCESS;
}

Answer NtClearEvent(ke::Caller &caller, HANDLE handle) {
  Ref<Event> event = TRY(caller.Handles().Reference<Event>(handle, EVENT_MODIFY_STATE));
  event->Reset();
  return STATUS_SUCCESS;
}

Answer NtPulseEvent(ke::Caller &caller, HANDLE handle, UserOut<LONG> previous_state) {
  Ref<Event> event = TRY(caller.Handles().Reference<Event>(handle, EVENT_MODIFY_STATE));
  TRY(previous_state.WriteIfGiven(event->Pulse()));
  return STATUS_SUCCESS;
}

Answer NtQueryEvent(ke::Caller &caller, HANDLE handle, EVENT_INFORMATION_CLASS information_class,
                    UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  return Query<EVENT_BASIC_INFORMATION, Event>(
      caller, handle, EVENT_QUERY_STATE, information_class, EventBasicInformation, information, length, return_length,
      [](const Event &event) {
        return EVENT_BASIC_INFORMATION{.EventType = event.Kind(), .EventState = event.Signalled() ? 1 : 0};
      });
}

// ---------------------------------------------------------------------------------------------- mutants

Answer NtCreateMutant(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                      UserIn<OBJECT_ATTRIBUTES> attributes, BOOLEAN initial_owner) {
  ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes, ob::Purpose::kCreate));
  Ref<Mutant> mutant = TRY(Mutant::Create(initial_owner != 0 ? &caller.Wait() : nullptr));
  return ob::CreateHandle(caller, handle, desired_access, captured, mutant);
}

Answer NtOpenMutant(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                    UserIn<OBJECT_ATTRIBUTES> attributes) {
  return ob::OpenHandle(caller, handle, desired_access, attributes, Mutant::kType);
}

Answer NtReleaseMutant(ke::Caller &caller, HANDLE handle, UserOut<LONG> previous_count) {
  Ref<Mutant> mutant = TRY(caller.Handles().Reference<Mutant>(handle, 0));
  std::optional<LONG> previous = mutant->Unlock(caller.Wait());
  if (!previous) {
    return Fail(STATUS_MUTANT_NOT_OWNED);
  }
  TRY(previous_count.WriteIfGiven(*previous));
  return STATUS_SUCCESS;
}

Answer NtQueryMutant(ke::Caller &caller, HANDLE handle, MUTANT_INFORMATION_CLASS information_class,
                     UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  if (information_class == MutantOwnerInformation) {
    return Query<MUTANT_OWNER_INFORMATION, Mutant>(
        caller, handle, MUTANT_QUERY_STATE, information_class, MutantOwnerInformation, information, length,
        return_length, [](const Mutant &mutant) {
          return MUTANT_OWNER_INFORMATION{.ClientId = mutant.Owner() != nullptr ? mutant.Owner()->Id() : CLIENT_ID{}};
        });
  }
  return Query<MUTANT_BASIC_INFORMATION, Mutant>(
      caller, handle, MUTANT_QUERY_STATE, information_class, MutantBasicInformation, information, length, return_length,
      [&](const Mutant &mutant) {
        return MUTANT_BASIC_INFORMATION{.CurrentCount = mutant.Count(),
                                        .OwnedByCaller = ToBoolean(mutant.Owner() == &caller.Wait()),
                                        .AbandonedState = ToBoolean(mutant.Abandoned())};
      });
}

// ---------------------------------------------------------------------------------------------- semaphores

Answer NtCreateSemaphore(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                         UserIn<OBJECT_ATTRIBUTES> attributes, LONG initial_count, LONG maximum_count) {
  ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes, ob::Purpose::kCreate));
  Ref<Semaphore> semaphore = TRY(Semaphore::Create(initial_count, maximum_count));
  return ob::CreateHandle(caller, handle, desired_access, captured, semaphore);
}

Answer NtOpenSemaphore(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                       UserIn<OBJECT_ATTRIBUTES> attributes) {
  return ob::OpenHandle(caller, handle, desired_access, attributes, Semaphore::kType);
}

Answer NtReleaseSemaphore(ke::Caller &caller, HANDLE handle, LONG release_count, UserOut<LONG> previous_count) {
  if (release_count <= 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  Ref<Semaphore> semaphore = TRY(caller.Handles().Reference<Semaphore>(handle, SEMAPHORE_MODIFY_STATE));
  std::optional<LONG> previous = semaphore->Add(release_count);
  if (!previous) {
    return Fail(STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  }
  TRY(previous_count.WriteIfGiven(*previous));
  return STATUS_SUCCESS;
}

Answer NtQuerySemaphore(ke::Caller &caller, HANDLE handle, SEMAPHORE_INFORMATION_CLASS information_class,
                        UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  return Query<SEMAPHORE_BASIC_INFORMATION, Semaphore>(
      caller, handle, SEMAPHORE_QUERY_STATE, information_class, SemaphoreBasicInformation, information, length,
      return_length, [](const Semaphore &semaphore) {
        return SEMAPHORE_BASIC_INFORMATION{.CurrentCount = semaphore.Count(), .MaximumCount = semaphore.Limit()};
      });
}

// ---------------------------------------------------------------------------------------------- timers

Answer NtCreateTimer(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                     UserIn<OBJECT_ATTRIBUTES> attributes, TIMER_TYPE type) {
  ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes, ob::Purpose::kCreate));
  Ref<Timer> timer = TRY(Timer::Create(caller.Wait().Home(), type));
  return ob::CreateHandle(caller, handle, desired_access, captured, timer);
}

Answer NtOpenTimer(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                   UserIn<OBJECT_ATTRIBUTES> attributes) {
  return ob::OpenHandle(caller, handle, desired_access, attributes, Timer::kType);
}

Answer NtSetTimer(ke::Caller &caller, HANDLE handle, UserIn<LARGE_INTEGER> due_time, UserPointer routine,
                  UserPointer context, BOOLEAN resume, LONG period, UserOut<BOOLEAN> previous_state) {
  LARGE_INTEGER due = TRY(due_time.Read());
  if (period < 0) {
    return Fail(STATUS_INVALID_PARAMETER_6);
  }
  Ref<Timer> timer = TRY(caller.Handles().Reference<Timer>(handle, TIMER_MODIFY_STATE));
  BOOLEAN signalled = ToBoolean(timer->Signalled());
  timer->Start(caller.Wait().Home().Deadline(due), static_cast<ULONG>(period), caller.Wait(),
               reinterpret_cast<PVOID>(routine.address), reinterpret_cast<PVOID>(context.address));
  TRY(previous_state.WriteIfGiven(signalled));
  // Nothing here sleeps, so nothing can be woken up.
  return resume != 0 ? STATUS_TIMER_RESUME_IGNORED : STATUS_SUCCESS;
}

Answer NtCancelTimer(ke::Caller &caller, HANDLE handle, UserOut<BOOLEAN> current_state) {
  Ref<Timer> timer = TRY(caller.Handles().Reference<Timer>(handle, TIMER_MODIFY_STATE));
  timer->Stop();
  TRY(current_state.WriteIfGiven(ToBoolean(timer->Signalled())));
  return STATUS_SUCCESS;
}

Answer NtQueryTimer(ke::Caller &caller, HANDLE handle, TIMER_INFORMATION_CLASS information_class,
                    UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  return Query<TIMER_BASIC_INFORMATION, Timer>(caller, handle, TIMER_QUERY_STATE, information_class,
                                               TimerBasicInformation, information, length, return_length,
                                               [](const Timer &timer) {
                                                 TIMER_BASIC_INFORMATION basic = {};
                                                 basic.RemainingTime.QuadPart = timer.Remaining();
                                                 basic.TimerState = ToBoolean(timer.Signalled());
                                                 return basic;
                                               });
}

}  // namespace ex
