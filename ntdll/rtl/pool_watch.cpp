// Thread pools: the thread that watches timers and the threads that watch handles, up to 63 each.
#include "pool.hpp"

namespace rtlp::pool {

namespace {

constexpr int64_t kPerMillisecond = 10'000;

// Armed timers, the next one due first.
Object *timers;
bool timer_thread;
constinit RTL_CONDITION_VARIABLE timers_changed = RTL_CONDITION_VARIABLE_INIT;

constexpr size_t kHandles = MAXIMUM_WAIT_OBJECTS - 1;

/// One thread that waits for the handles of its objects, and for `changed`.
struct Watcher {
  Watcher *next;
  HANDLE changed;
  ULONG count;
  Object *objects[kHandles];
};

Watcher *watchers;

void Insert(Object *object) {
  Object **link = &timers;
  while (*link != nullptr && (*link)->due <= object->due) {
    link = &(*link)->next_armed;
  }
  object->next_armed = *link;
  *link = object;
  object->armed = true;
}

// Posts all that are due; the reference of an armed timer goes over to the callback when it does not repeat.
void FireTimers(int64_t now) {
  while (timers != nullptr && timers->due <= now) {
    Object *const object = timers;
    timers = object->next_armed;
    object->armed = false;
    Post(object);
    if (object->period != 0) {
      const int64_t step = int64_t{object->period} * kPerMillisecond;
      object->due = object->due + step > now ? object->due + step : now + step;  // no burst after a long pause
      Insert(object);
    } else {
      object->due = INT64_MAX;
      --object->references;  // never the last: Post added one
    }
  }
}

NTSTATUS NTAPI TimerThread(PVOID) {
  RtlAcquireSRWLockExclusive(&lock);
  for (;;) {
    const int64_t now = Now();
    FireTimers(now);
    LARGE_INTEGER timeout;
    const bool idle = timers == nullptr;
    timeout.QuadPart = idle ? -kIdleTime : now - timers->due;
    const NTSTATUS status = RtlSleepConditionVariableSRW(&timers_changed, &lock, &timeout, 0);
    if (idle && status == STATUS_TIMEOUT && live[static_cast<size_t>(Kind::kTimer)] == 0) {
      timer_thread = false;
      RtlReleaseSRWLockExclusive(&lock);
      return STATUS_SUCCESS;
    }
  }
}

void Remove(Watcher *watcher, ULONG index) {
  watcher->objects[index]->armed = false;
  --watcher->count;
  for (ULONG i = index; i < watcher->count; ++i) {
    watcher->objects[i] = watcher->objects[i + 1];
  }
}

// The wait of `object` is over. The lock is held.
void Finish(Watcher *watcher, ULONG index, TP_WAIT_RESULT result) {
  Object *const object = watcher->objects[index];
  Remove(watcher, index);
  object->result = result;
  object->due = INT64_MAX;
  Post(object);
  --object->references;  // that of the armed wait; the callback has its own
}

void Retire(Watcher *watcher) {
  Watcher **link = &watchers;
  while (*link != watcher) {
    link = &(*link)->next;
  }
  *link = watcher->next;
  NtClose(watcher->changed);
  Free(watcher);
}

NTSTATUS NTAPI WatchThread(PVOID parameter) {
  auto *const watcher = static_cast<Watcher *>(parameter);
  RtlAcquireSRWLockExclusive(&lock);
  for (;;) {
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    Object *waited[kHandles];
    const ULONG count = watcher->count;
    int64_t due = INT64_MAX;
    handles[0] = watcher->changed;
    for (ULONG i = 0; i < count; ++i) {
      waited[i] = watcher->objects[i];
      handles[i + 1] = waited[i]->handle;
      due = waited[i]->due < due ? waited[i]->due : due;
    }
    LARGE_INTEGER timeout;
    const int64_t now = Now();
    timeout.QuadPart = count == 0 ? -kIdleTime : due > now ? now - due : 0;
    RtlReleaseSRWLockExclusive(&lock);
    const NTSTATUS status = NtWaitForMultipleObjects(count + 1, handles, WaitAny, FALSE,
                                                     count != 0 && due == INT64_MAX ? nullptr : &timeout);
    RtlAcquireSRWLockExclusive(&lock);
    const bool abandoned = status >= STATUS_ABANDONED_WAIT_0 && status <= STATUS_ABANDONED_WAIT_63;
    const auto index = static_cast<ULONG>(status - (abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0));
    // The object may have been disarmed, or armed anew with another handle, in the meantime.
    const auto current = [&](ULONG which) -> ULONG {
      for (ULONG i = 0; i < watcher->count; ++i) {
        if (watcher->objects[i] == waited[which] && watcher->objects[i]->handle == handles[which + 1]) {
          return i;
        }
      }
      return MAXULONG;
    };
    if (index >= 1 && index <= count) {
      if (const ULONG at = current(index - 1); at != MAXULONG) {
        Finish(watcher, at, static_cast<TP_WAIT_RESULT>(abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0));
      }
      continue;
    }
    if (NT_ERROR(status)) {
      // One of the handles is none (any more): find it, and tell its owner what NT would.
      for (ULONG i = 0; i < count; ++i) {
        LARGE_INTEGER no_time{};
        const NTSTATUS single = NtWaitForSingleObject(handles[i + 1], FALSE, &no_time);
        if (const ULONG at = current(i); single != STATUS_TIMEOUT && at != MAXULONG) {
          Finish(watcher, at, static_cast<TP_WAIT_RESULT>(single));
        }
      }
      continue;
    }
    if (watcher->count == 0 && live[static_cast<size_t>(Kind::kWait)] == 0) {
      Retire(watcher);
      RtlReleaseSRWLockExclusive(&lock);
      return STATUS_SUCCESS;
    }
    const int64_t later = Now();
    for (ULONG i = watcher->count; i-- > 0;) {
      if (watcher->objects[i]->due <= later) {
        Finish(watcher, i, STATUS_TIMEOUT);
      }
    }
  }
}

NTSTATUS AddWatcher(Watcher **result) {
  auto *const watcher = static_cast<Watcher *>(AllocateZeroed(sizeof(Watcher)));
  if (watcher == nullptr) {
    return STATUS_NO_MEMORY;
  }
  NTSTATUS status = NtCreateEvent(&watcher->changed, EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE);
  if (NT_SUCCESS(status)) {
    status = StartThread(WatchThread, watcher, nullptr);
    if (NT_SUCCESS(status)) {
      watcher->next = watchers;
      watchers = watcher;
      *result = watcher;
      return status;
    }
    NtClose(watcher->changed);
  }
  Free(watcher);
  return status;
}

}  // namespace

int64_t Now() {
  LARGE_INTEGER time{};
  NtQuerySystemTime(&time);
  return time.QuadPart;
}

int64_t DueOf(const LARGE_INTEGER *time) {
  if (time == nullptr) {
    return INT64_MAX;
  }
  int64_t due = time->QuadPart;
  if (due <= 0 && __builtin_sub_overflow(Now(), time->QuadPart, &due)) {
    return INT64_MAX;
  }
  return due;
}

NTSTATUS EnsureTimerThread() {
  if (timer_thread) {
    return STATUS_SUCCESS;
  }
  const NTSTATUS status = StartThread(TimerThread, nullptr, nullptr);
  timer_thread = NT_SUCCESS(status);
  return status;
}

NTSTATUS EnsureWatcher() {
  Watcher *made;
  return watchers != nullptr ? STATUS_SUCCESS : AddWatcher(&made);
}

void ArmTimer(Object *object) {
  ++object->references;
  Insert(object);
  if (timers == object) {
    RtlWakeConditionVariable(&timers_changed);
  }
}

void ArmWait(Object *object) {
  Watcher *watcher = watchers;
  while (watcher != nullptr && watcher->count == kHandles) {
    watcher = watcher->next;
  }
  if (watcher == nullptr) {
    const NTSTATUS status = AddWatcher(&watcher);
    if (!NT_SUCCESS(status)) {
      object->result = static_cast<TP_WAIT_RESULT>(status);
      object->due = INT64_MAX;
      Post(object);
      return;
    }
  }
  ++object->references;
  object->armed = true;
  watcher->objects[watcher->count++] = object;
  NtSetEvent(watcher->changed, nullptr);
}

bool Disarm(Object *object) {
  if (!object->armed) {
    return false;
  }
  object->due = INT64_MAX;
  if (object->kind == Kind::kTimer) {
    Object **link = &timers;
    while (*link != object) {
      link = &(*link)->next_armed;
    }
    *link = object->next_armed;
    object->armed = false;
    return true;
  }
  for (Watcher *watcher = watchers; watcher != nullptr; watcher = watcher->next) {
    for (ULONG i = 0; i < watcher->count; ++i) {
      if (watcher->objects[i] == object) {
        Remove(watcher, i);
        NtSetEvent(watcher->changed, nullptr);  // it must not go on waiting for a handle that may be closed now
        return true;
      }
    }
  }
  return false;
}

}  // namespace rtlp::pool
