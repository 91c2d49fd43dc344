// Vectored exception and continue handlers.

#include "dispatch.hpp"

#include "../ldr/heap.hpp"
#include "../ntdllp.hpp"

#include <atomic>

namespace {

struct Handler {
  LIST_ENTRY links;
  PVECTORED_EXCEPTION_HANDLER routine;  // encoded: a stray write must not become a jump
  ULONG references;
};

// A recursive lock by thread: handlers may add and remove handlers.
class VectorLock {
 public:
  VectorLock() {
    HANDLE self = ntdll::Teb().ClientId.UniqueThread;
    if (owner_.load(std::memory_order_relaxed) != self) {
      HANDLE none = nullptr;
      while (!owner_.compare_exchange_weak(none, self, std::memory_order_acquire)) {
        none = nullptr;
        NtYieldExecution();
      }
    }
    depth_ += 1;
  }
  ~VectorLock() {
    depth_ -= 1;
    if (depth_ == 0) {
      owner_.store(nullptr, std::memory_order_release);
    }
  }

 private:
  static std::atomic<HANDLE> owner_;
  static ULONG depth_;
};

std::atomic<HANDLE> VectorLock::owner_;
ULONG VectorLock::depth_;

LIST_ENTRY exception_handlers = {&exception_handlers, &exception_handlers};
LIST_ENTRY continue_handlers = {&continue_handlers, &continue_handlers};

PVECTORED_EXCEPTION_HANDLER Encode(PVECTORED_EXCEPTION_HANDLER routine) {
  return reinterpret_cast<PVECTORED_EXCEPTION_HANDLER>(RtlEncodePointer(reinterpret_cast<PVOID>(routine)));
}

PVECTORED_EXCEPTION_HANDLER Decode(PVECTORED_EXCEPTION_HANDLER routine) {
  return reinterpret_cast<PVECTORED_EXCEPTION_HANDLER>(RtlDecodePointer(reinterpret_cast<PVOID>(routine)));
}

PVOID Add(PLIST_ENTRY list, ULONG first, PVECTORED_EXCEPTION_HANDLER routine) {
  auto *handler = static_cast<Handler *>(ldr::Allocate(sizeof(Handler)));
  if (handler == nullptr) {
    return nullptr;
  }
  handler->routine = Encode(routine);
  handler->references = 1;
  VectorLock lock;
  if (first != 0) {
    InsertHeadList(list, &handler->links);
  } else {
    InsertTailList(list, &handler->links);
  }
  return handler;
}

void Release(Handler *handler) {
  handler->references -= 1;
  if (handler->references == 0) {
    RemoveEntryList(&handler->links);
    ldr::Free(handler);
  }
}

ULONG RemoveFrom(PLIST_ENTRY list, PVOID handle) {
  VectorLock lock;
  for (PLIST_ENTRY entry = list->Flink; entry != list; entry = entry->Flink) {
    auto *handler = CONTAINING_RECORD(entry, Handler, links);
    if (handler == handle) {
      handler->routine = nullptr;
      Release(handler);
      return 1;
    }
  }
  return 0;
}

bool CallHandlers(PLIST_ENTRY list, PEXCEPTION_RECORD record, PCONTEXT context) {
  if (IsListEmpty(list)) {
    return false;
  }
  EXCEPTION_POINTERS pointers = {record, context};
  VectorLock lock;
  for (PLIST_ENTRY entry = list->Flink; entry != list;) {
    auto *handler = CONTAINING_RECORD(entry, Handler, links);
    if (handler->routine == nullptr) {  // removed by one further up, still in a call
      entry = entry->Flink;
      continue;
    }
    handler->references += 1;
    LONG answer = Decode(handler->routine)(&pointers);
    entry = entry->Flink;
    Release(handler);
    if (answer == EXCEPTION_CONTINUE_EXECUTION) {
      return true;
    }
  }
  return false;
}

}  // namespace

namespace seh {

bool CallVectoredHandlers(PEXCEPTION_RECORD record, PCONTEXT context) {
  return CallHandlers(&exception_handlers, record, context);
}

void CallContinueHandlers(PEXCEPTION_RECORD record, PCONTEXT context) {
  CallHandlers(&continue_handlers, record, context);
}

}  // namespace seh

extern "C" {

PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler) {
  return Add(&exception_handlers, First, Handler);
}

ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID Handle) { return RemoveFrom(&exception_handlers, Handle); }

PVOID NTAPI RtlAddVectoredContinueHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler) {
  return Add(&continue_handlers, First, Handler);
}

ULONG NTAPI RtlRemoveVectoredContinueHandler(PVOID Handle) { return RemoveFrom(&continue_handlers, Handle); }

}  // extern "C"
