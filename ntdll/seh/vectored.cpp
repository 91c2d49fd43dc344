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

// Guards the lists for a few instructions; never held while a handler runs.
class VectorLock {
 public:
  VectorLock() {
    while (busy_.test_and_set(std::memory_order_acquire)) {
      NtYieldExecution();
    }
  }
  ~VectorLock() { busy_.clear(std::memory_order_release); }

 private:
  static std::atomic_flag busy_;
};

std::atomic_flag VectorLock::busy_ = ATOMIC_FLAG_INIT;

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

// The first handler behind `entry` that is not removed, with a reference that keeps it in the list; null: none.
Handler *Next(PLIST_ENTRY list, PLIST_ENTRY entry) {
  for (entry = entry->Flink; entry != list; entry = entry->Flink) {
    auto *handler = CONTAINING_RECORD(entry, Handler, links);
    if (handler->routine != nullptr) {
      handler->references += 1;
      return handler;
    }
  }
  return nullptr;
}

bool CallHandlers(PLIST_ENTRY list, PEXCEPTION_RECORD record, PCONTEXT context) {
  EXCEPTION_POINTERS pointers = {record, context};
  Handler *handler = nullptr;
  PVECTORED_EXCEPTION_HANDLER routine = nullptr;
  auto advance = [&] {
    VectorLock lock;
    Handler *next = Next(list, handler == nullptr ? list : &handler->links);
    if (handler != nullptr) {
      Release(handler);
    }
    handler = next;
    routine = next == nullptr ? nullptr : Decode(next->routine);
  };
  for (advance(); handler != nullptr; advance()) {
    if (routine(&pointers) == EXCEPTION_CONTINUE_EXECUTION) {
      VectorLock lock;
      Release(handler);
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
