// DllMain: who is called when, and what happens to modules that nobody needs any more.

#include "module.hpp"

namespace ldr {
namespace {

PLIST_ENTRY InitialisationOrder() { return &ntdll::Peb().Ldr->InInitializationOrderModuleList; }

bool GetsThreadCalls(const Module *module) {
  constexpr ULONG kWanted = LDRP_PROCESS_ATTACH_CALLED | LDRP_DONT_CALL_FOR_THREADS;
  return module->state == State::kReady && (module->entry.Flags & kWanted) == LDRP_PROCESS_ATTACH_CALLED;
}

// DLL_PROCESS_DETACH of one module.
void Detach(Module *module, bool process_end) {
  if ((module->entry.Flags & LDRP_PROCESS_ATTACH_CALLED) == 0) {
    return;
  }
  module->entry.Flags &= ~LDRP_PROCESS_ATTACH_CALLED;
  CallEntry(module, DLL_PROCESS_DETACH, process_end);
}

void MarkReachable(Module *module) {
  if (module->reachable || module->state == State::kUnloading) {
    return;
  }
  module->reachable = true;
  for (ULONG i = 0; i < module->dependency_count; i += 1) {
    MarkReachable(module->dependencies[i]);
  }
}

// Marks what no explicit load reaches; cycles of imports count as nothing.
void MarkUnneeded() {
  PLIST_ENTRY head = &ntdll::Peb().Ldr->InLoadOrderModuleList;
  for (PLIST_ENTRY links = head->Flink; links != head; links = links->Flink) {
    FromLoadLinks(links)->reachable = false;
  }
  for (PLIST_ENTRY links = head->Flink; links != head; links = links->Flink) {
    if (FromLoadLinks(links)->references != 0) {
      MarkReachable(FromLoadLinks(links));
    }
  }
  for (PLIST_ENTRY links = head->Flink; links != head; links = links->Flink) {
    if (!FromLoadLinks(links)->reachable) {
      FromLoadLinks(links)->state = State::kUnloading;
    }
  }
}

Module *NextUnloading(bool attached) {
  PLIST_ENTRY head = attached ? InitialisationOrder() : &ntdll::Peb().Ldr->InLoadOrderModuleList;
  for (PLIST_ENTRY links = head->Blink; links != head; links = links->Blink) {
    Module *module = attached ? FromInitLinks(links) : FromLoadLinks(links);
    if (module->state == State::kUnloading && (!attached || (module->entry.Flags & LDRP_PROCESS_ATTACH_CALLED) != 0)) {
      return module;
    }
  }
  return nullptr;
}

}  // namespace

bool CallEntry(Module *module, ULONG reason, bool process_wide) {
  // Context says whether the whole process starts or ends (static load) or only this module comes or goes.
  PVOID context = process_wide ? reinterpret_cast<PVOID>(1) : nullptr;
  bool detaching = reason == DLL_PROCESS_DETACH || reason == DLL_THREAD_DETACH;
  if (!detaching) {
    CallTlsCallbacks(module, reason);
  }
  bool accepted = true;
  if (module->entry.EntryPoint != nullptr && (module->entry.Flags & LDRP_IMAGE_DLL) != 0) {
    accepted = module->entry.EntryPoint(module->entry.DllBase, reason, context);
  }
  if (detaching) {
    CallTlsCallbacks(module, reason);
  }
  return accepted;
}

Result<void> InitialiseGraph(Module *module, bool process_start, Failure *failure) {
  if (module->state == State::kFailed) {
    return Fail(STATUS_DLL_INIT_FAILED);
  }
  if (module->state != State::kSnapped) {
    return {};  // done, or a cycle: whoever came first goes on
  }
  module->state = State::kInitialising;
  for (ULONG i = 0; i < module->dependency_count; i += 1) {
    Result<void> result = InitialiseGraph(module->dependencies[i], process_start, failure);
    if (!result) {
      module->state = State::kSnapped;
      return result;
    }
  }
  if ((module->entry.Flags & LDRP_IMAGE_DLL) == 0) {
    CallTlsCallbacks(module, DLL_PROCESS_ATTACH);  // a program: its entry point runs later, as the thread's start
    module->entry.Flags |= LDRP_ENTRY_PROCESSED | LDRP_PROCESS_ATTACH_CALLED;
    module->state = State::kReady;
    return {};
  }
  InsertTailList(InitialisationOrder(), &module->entry.InInitializationOrderLinks);
  module->entry.Flags |= LDRP_ENTRY_PROCESSED | LDRP_PROCESS_ATTACH_CALLED;
  bool accepted = CallEntry(module, DLL_PROCESS_ATTACH, process_start);
  if (!accepted) {
    module->entry.Flags |= LDRP_PROCESS_ATTACH_FAILED;
    if (failure != nullptr) {
      failure->Set(module->entry.BaseDllName);
    }
    // NT calls the entry once more, to let the module clean up.
    Detach(module, process_start);
    module->state = State::kFailed;
    return Fail(STATUS_DLL_INIT_FAILED);
  }
  module->state = State::kReady;
  return {};
}

void Sweep() {
  static bool running;
  MarkUnneeded();
  if (running) {
    return;  // called from a DllMain under the sweep below, which looks again
  }
  running = true;
  while (Module *next = NextUnloading(true)) {
    Detach(next, false);
  }
  while (Module *next = NextUnloading(false)) {
    DropModule(next);
  }
  running = false;
}

void NotifyThread(ULONG reason) {
  PLIST_ENTRY head = InitialisationOrder();
  bool detaching = reason == DLL_THREAD_DETACH;
  for (PLIST_ENTRY links = detaching ? head->Blink : head->Flink; links != head;
       links = detaching ? links->Blink : links->Flink) {
    Module *module = FromInitLinks(links);
    if (GetsThreadCalls(module)) {
      CallEntry(module, reason, false);
    }
  }
  Module *program = FindByHandle(ntdll::Peb().ImageBaseAddress);
  if (program != nullptr && GetsThreadCalls(program)) {
    CallTlsCallbacks(program, reason);
  }
}

void DetachAll() {
  PLIST_ENTRY head = InitialisationOrder();
  for (PLIST_ENTRY links = head->Blink; links != head; links = links->Blink) {
    Module *module = FromInitLinks(links);
    if (module->state == State::kReady) {
      Detach(module, true);
    }
  }
  Module *program = FindByHandle(ntdll::Peb().ImageBaseAddress);
  if (program != nullptr && program->state == State::kReady) {
    CallTlsCallbacks(program, DLL_PROCESS_DETACH);
  }
}

}  // namespace ldr
