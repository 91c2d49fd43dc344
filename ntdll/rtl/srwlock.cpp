// Slim reader/writer locks and condition variables over the parking lot.
//
// The lock's word: bit 0 = held exclusively, bit 1 = threads are parked, the rest = number of shared holders. A free
// lock is 0. Released locks are free for whoever comes first; woken threads compete again, so nothing is handed over
// and nothing can be lost when a waiter's time is up.
#include "parking.hpp"
#include "rtlp.hpp"

using namespace rtlp;

namespace {

constexpr uintptr_t kExclusive = 1;
constexpr uintptr_t kParked = 2;
constexpr uintptr_t kShared = 4;

enum Kind : uint32_t { kWaitExclusive, kWaitShared };

using Word = std::atomic_ref<PVOID>;

Word WordOf(RTL_SRWLOCK *lock) { return Word(lock->Ptr); }
uintptr_t Load(Word word) { return reinterpret_cast<uintptr_t>(word.load(std::memory_order_relaxed)); }
bool Change(Word word, uintptr_t from, uintptr_t to) {
  PVOID expected = reinterpret_cast<PVOID>(from);
  return word.compare_exchange_strong(expected, reinterpret_cast<PVOID>(to));
}

bool TryExclusive(Word word) {
  for (uintptr_t value = Load(word); value < kShared && (value & kExclusive) == 0; value = Load(word)) {
    if (Change(word, value, value | kExclusive)) {
      return true;
    }
  }
  return false;
}

// A newcomer does not pass parked threads, so that writers get their turn; a woken one may.
bool TryShared(Word word, bool may_pass) {
  for (uintptr_t value = Load(word); (value & kExclusive) == 0 && (may_pass || (value & kParked) == 0);
       value = Load(word)) {
    if (Change(word, value, value + kShared)) {
      return true;
    }
  }
  return false;
}

struct Acquire {
  RTL_SRWLOCK *lock;
  bool exclusive;
  bool may_pass;
};

// Marks the lock as waited for; false when it is free for this thread by now.
bool MarkParked(void *context) {
  const auto &acquire = *static_cast<Acquire *>(context);
  const Word word = WordOf(acquire.lock);
  for (;;) {
    const uintptr_t value = Load(word);
    const bool read = value >= kShared;
    const bool behind = read && (acquire.exclusive || ((value & kParked) != 0 && !acquire.may_pass));
    if ((value & kExclusive) == 0 && !behind) {
      return false;
    }
    if ((value & kParked) != 0 || Change(word, value, value | kParked)) {
      return true;
    }
  }
}

[[gnu::noinline]] void AcquireSlow(RTL_SRWLOCK *lock, bool exclusive) {
  Acquire acquire{lock, exclusive, false};
  const Word word = WordOf(lock);
  while (exclusive ? !TryExclusive(word) : !TryShared(word, acquire.may_pass)) {
    Park(lock, exclusive ? kWaitExclusive : kWaitShared, MarkParked, nullptr, &acquire, nullptr);
    acquire.may_pass = true;
  }
}

struct Release {
  RTL_SRWLOCK *lock;
  bool woke_shared;
  bool woke_exclusive;
};

// One writer, or all readers in front of the first writer.
Verdict Choose(void *context, uint32_t kind) {
  auto &release = *static_cast<Release *>(context);
  if (release.woke_exclusive || (kind == kWaitExclusive && release.woke_shared)) {
    return Verdict::kStop;
  }
  (kind == kWaitExclusive ? release.woke_exclusive : release.woke_shared) = true;
  return Verdict::kWake;
}

void ClearParked(void *context, bool some_left) {
  if (some_left) {
    return;
  }
  const Word word = WordOf(static_cast<Release *>(context)->lock);
  for (uintptr_t value = Load(word); !Change(word, value, value & ~kParked); value = Load(word)) {
  }
}

[[gnu::noinline]] void WakeWaiters(RTL_SRWLOCK *lock) {
  Release release{lock, false, false};
  Unpark(lock, Choose, ClearParked, &release);
}

struct SleepContext {
  RTL_CRITICAL_SECTION *section;
  RTL_SRWLOCK *lock;
  bool shared;
};

NTSTATUS SleepOn(RTL_CONDITION_VARIABLE *variable, SleepContext &context, const LARGE_INTEGER *timeout) {
  return Park(
      variable, 0, nullptr,
      [](void *opaque) {
        const auto &held = *static_cast<SleepContext *>(opaque);
        if (held.section != nullptr) {
          RtlLeaveCriticalSection(held.section);
        } else if (held.shared) {
          RtlReleaseSRWLockShared(held.lock);
        } else {
          RtlReleaseSRWLockExclusive(held.lock);
        }
      },
      &context, timeout);
}

}  // namespace

extern "C" {

VOID NTAPI RtlInitializeSRWLock(PRTL_SRWLOCK lock) { lock->Ptr = nullptr; }

BOOLEAN NTAPI RtlTryAcquireSRWLockExclusive(PRTL_SRWLOCK lock) { return TryExclusive(WordOf(lock)); }
BOOLEAN NTAPI RtlTryAcquireSRWLockShared(PRTL_SRWLOCK lock) { return TryShared(WordOf(lock), true); }

VOID NTAPI RtlAcquireSRWLockExclusive(PRTL_SRWLOCK lock) {
  if (!Change(WordOf(lock), 0, kExclusive)) {
    AcquireSlow(lock, true);
  }
}

VOID NTAPI RtlAcquireSRWLockShared(PRTL_SRWLOCK lock) {
  if (!TryShared(WordOf(lock), false)) {
    AcquireSlow(lock, false);
  }
}

VOID NTAPI RtlReleaseSRWLockExclusive(PRTL_SRWLOCK lock) {
  const Word word = WordOf(lock);
  if (Change(word, kExclusive, 0)) {
    return;
  }
  for (uintptr_t value = Load(word); !Change(word, value, value & ~kExclusive); value = Load(word)) {
  }
  WakeWaiters(lock);
}

VOID NTAPI RtlReleaseSRWLockShared(PRTL_SRWLOCK lock) {
  const Word word = WordOf(lock);
  uintptr_t value = Load(word);
  while (!Change(word, value, value - kShared)) {
    value = Load(word);
  }
  if (value - kShared == kParked) {  // the last reader left threads waiting
    WakeWaiters(lock);
  }
}

VOID NTAPI RtlInitializeConditionVariable(PRTL_CONDITION_VARIABLE variable) { variable->Ptr = nullptr; }
VOID NTAPI RtlWakeConditionVariable(PRTL_CONDITION_VARIABLE variable) { UnparkOne(variable); }
VOID NTAPI RtlWakeAllConditionVariable(PRTL_CONDITION_VARIABLE variable) { UnparkAll(variable); }

NTSTATUS NTAPI RtlSleepConditionVariableCS(PRTL_CONDITION_VARIABLE variable, PRTL_CRITICAL_SECTION section,
                                           const LARGE_INTEGER *timeout) {
  SleepContext context{section, nullptr, false};
  const NTSTATUS status = SleepOn(variable, context, timeout);
  RtlEnterCriticalSection(section);
  return status;
}

NTSTATUS NTAPI RtlSleepConditionVariableSRW(PRTL_CONDITION_VARIABLE variable, PRTL_SRWLOCK lock,
                                            const LARGE_INTEGER *timeout, ULONG flags) {
  if ((flags & ~RTL_CONDITION_VARIABLE_LOCKMODE_SHARED) != 0) {
    return STATUS_INVALID_PARAMETER_2;
  }
  SleepContext context{nullptr, lock, (flags & RTL_CONDITION_VARIABLE_LOCKMODE_SHARED) != 0};
  const NTSTATUS status = SleepOn(variable, context, timeout);
  if (context.shared) {
    RtlAcquireSRWLockShared(lock);
  } else {
    RtlAcquireSRWLockExclusive(lock);
  }
  return status;
}

}  // extern "C"
