// Thread objects and stacks: made, kept for the next one, given back.

#include "thread.hpp"

#include "objects.hpp"

#include <nt/nt_services.h>

namespace ke {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kChunk = 0x1'0000;
// One reservation holds the stacks of so many fibers, each with its guard page.
constexpr size_t kStacksPerArea = 16;
constexpr ULONG kFirstThreadId = 0x1'0000;

// The loop may hand a stack from one ready fiber to the next; what is kept beyond this goes back to the system never:
// stacks of a host are resident, and a burst once had is had again.
Stack *free_stacks = nullptr;
uintptr_t area_next = 0;
size_t area_left = 0;

LIST_ENTRY free_threads = {&free_threads, &free_threads};
LIST_ENTRY all_threads = {&all_threads, &all_threads};
ULONG next_id = kFirstThreadId;

bool Commit(uintptr_t address, size_t size) {
  PVOID base = reinterpret_cast<PVOID>(address);
  SIZE_T bytes = size;
  if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &bytes, MEM_COMMIT, PAGE_READWRITE))) {
    return false;
  }
  // Touched now: a stack must not fault when the disk's own driver runs on it.
  for (size_t offset = 0; offset < size; offset += kPage) {
    *reinterpret_cast<volatile char *>(address + offset) = 0;
  }
  return true;
}

uintptr_t Reserve(size_t size, ULONG type) {
  PVOID base = nullptr;
  SIZE_T bytes = size;
  NTSTATUS status = NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &bytes, type, PAGE_READWRITE);
  return NT_SUCCESS(status) ? reinterpret_cast<uintptr_t>(base) : 0;
}

bool MoreThreads() {
  uintptr_t chunk = Reserve(kChunk, MEM_RESERVE | MEM_COMMIT);
  if (chunk == 0) {
    return false;
  }
  constexpr size_t kStep = (sizeof(Thread) + 63) & ~size_t{63};
  for (size_t offset = 0; offset + kStep <= kChunk; offset += kStep) {
    auto *thread = reinterpret_cast<Thread *>(chunk + offset);
    InsertTailList(&free_threads, &thread->link);  // the pages come zeroed
  }
  return true;
}

}  // namespace

Stack *TakeStack() {
  {
    AtDispatch guard;
    if (Stack *stack = free_stacks; stack != nullptr) {
      free_stacks = stack->next;
      return stack;
    }
  }
  constexpr size_t kSlot = kStackSize + kPage;
  if (area_left == 0) {
    area_next = Reserve(kSlot * kStacksPerArea, MEM_RESERVE);
    if (area_next == 0) {
      return nullptr;
    }
    area_left = kStacksPerArea;
  }
  uintptr_t low = area_next + kPage;
  if (!Commit(low, kStackSize)) {
    return nullptr;
  }
  area_next += kSlot;
  area_left -= 1;
  // The description lies at the top of the stack itself.
  uintptr_t high = low + kStackSize - 64;
  auto *stack = reinterpret_cast<Stack *>(high);
  *stack = {nullptr, low, high};
  return stack;
}

void GiveStack(Stack *stack) {
  AtDispatch guard;
  stack->next = free_stacks;
  free_stacks = stack;
}

Thread *CreateThread(FiberRoutine routine, void *context, int priority, ThreadKind kind) {
  AtDispatch guard;
  if (IsListEmpty(&free_threads) && !MoreThreads()) {
    return nullptr;
  }
  Thread *thread = CONTAINING_RECORD(RemoveHeadList(&free_threads), Thread, link);
  *thread = {};
  InitialiseHeader(thread->header, kThread, sizeof(Thread), 0);
  thread->magic = kThreadMagic;
  thread->kind = kind;
  thread->priority = static_cast<int8_t>(priority);
  thread->base_priority = thread->priority;
  thread->references = 1;
  thread->routine = routine;
  thread->context = context;
  thread->id = next_id;
  next_id += 4;
  InitializeListHead(&thread->mutants);
  KeInitializeTimer(&thread->timeout);
  thread->timeout.Header.Type = kTimeout;
  InsertTailList(&all_threads, &thread->all);
  return thread;
}

Thread *StartFiber(FiberRoutine routine, void *context, int priority) {
  AtDispatch guard;
  Thread *thread = CreateThread(routine, context, priority, ThreadKind::kFiber);
  if (thread != nullptr) {
    MakeReady(thread);
  }
  return thread;
}

void Reference(Thread *thread) {
  AtDispatch guard;
  thread->references += 1;
}

void Dereference(Thread *thread) {
  AtDispatch guard;
  thread->references -= 1;
  if (thread->references == 0) {
    RemoveEntryList(&thread->all);
    thread->magic = 0;
    InsertHeadList(&free_threads, &thread->link);
  }
}

bool IsThread(const void *object) {
  auto *thread = static_cast<const Thread *>(object);
  return thread->header.Type == kThread && thread->magic == kThreadMagic;
}

void SetRequestor(uint32_t process, uint32_t thread) {
  current_thread->requestor_process = process;
  current_thread->requestor_thread = thread;
}

}  // namespace ke

using namespace ke;

extern "C" {

/// The thread that runs, or that the DPC or interrupt routine interrupted. Source: KeGetCurrentThread (WDK).
PKTHREAD NTAPI KeGetCurrentThread(VOID) { return ToKThread(current_thread); }

/// Sets a thread's priority (1 to 31) and returns the old one. Source: KeSetPriorityThread (WDK).
KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority) {
  AtDispatch guard;
  ke::Thread *thread = FromKThread(Thread);
  KPRIORITY old = thread->priority;
  auto wanted = static_cast<int8_t>(Priority < 1 ? 1 : Priority > HIGH_PRIORITY ? HIGH_PRIORITY : Priority);
  bool is_ready = thread->state == ThreadState::kReady;
  if (is_ready) {
    RemoveReady(thread);
  }
  thread->priority = wanted;
  thread->base_priority = wanted;
  if (is_ready) {
    MakeReady(thread);
  }
  return old;
}

/// Source: KeQueryPriorityThread (WDK).
KPRIORITY NTAPI KeQueryPriorityThread(PKTHREAD Thread) { return FromKThread(Thread)->priority; }

/// Sets the priority relative to that of the system's threads (8) and returns the old increment. Source: ntddk.h (WDK).
LONG NTAPI KeSetBasePriorityThread(PKTHREAD Thread, LONG Increment) {
  LONG old = FromKThread(Thread)->base_priority - kDefaultPriority;
  KeSetPriorityThread(Thread, kDefaultPriority + Increment);
  return old;
}

}  // extern "C"
