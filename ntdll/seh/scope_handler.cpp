// __C_specific_handler: the language handler of __try blocks, driven by the scope table the compiler makes.

#include "../ntdllp.hpp"

namespace {

bool Inside(ULONG rva, ULONG begin, ULONG end) { return rva >= begin && rva < end; }

// Search phase: ask the filters from the innermost scope outwards.
EXCEPTION_DISPOSITION RunFilters(PEXCEPTION_RECORD record, PVOID frame, PCONTEXT context,
                                 PDISPATCHER_CONTEXT dispatcher) {
  const auto *table = static_cast<const SCOPE_TABLE *>(dispatcher->HandlerData);
  ULONG_PTR base = dispatcher->ImageBase;
  auto pc = static_cast<ULONG>(dispatcher->ControlPc - base);
  EXCEPTION_POINTERS pointers = {record, context};
  for (ULONG i = dispatcher->ScopeIndex; i < table->Count; i += 1) {
    const auto &scope = table->ScopeRecord[i];
    if (!Inside(pc, scope.BeginAddress, scope.EndAddress) || scope.JumpTarget == 0) {
      continue;
    }
    LONG answer = EXCEPTION_EXECUTE_HANDLER;
    if (scope.HandlerAddress != 1) {  // 1: a constant EXCEPTION_EXECUTE_HANDLER
      answer = reinterpret_cast<PEXCEPTION_FILTER>(base + scope.HandlerAddress)(&pointers, frame);
    }
    if (answer < 0) {
      return ExceptionContinueExecution;
    }
    if (answer > 0) {
      RtlUnwindEx(frame, reinterpret_cast<PVOID>(base + scope.JumpTarget), record,
                  reinterpret_cast<PVOID>(static_cast<LONG_PTR>(record->ExceptionCode)), dispatcher->ContextRecord,
                  dispatcher->HistoryTable);
    }
  }
  return ExceptionContinueSearch;
}

// Whether `target` lies inside the body of a __finally or in the same __try as scope `index`: then that scope and those
// around it stay entered.
bool TargetStaysInside(const SCOPE_TABLE *table, ULONG index, ULONG target) {
  const auto &scope = table->ScopeRecord[index];
  if (Inside(target, scope.BeginAddress, scope.EndAddress)) {
    return true;
  }
  for (ULONG i = 0; i < table->Count; i += 1) {
    const auto &other = table->ScopeRecord[i];
    if (Inside(target, other.BeginAddress, other.EndAddress) && other.JumpTarget == scope.JumpTarget &&
        other.HandlerAddress == scope.HandlerAddress) {
      return true;
    }
  }
  return false;
}

// Unwind phase: run the __finally blocks that are left.
EXCEPTION_DISPOSITION RunTerminationHandlers(PEXCEPTION_RECORD record, PVOID frame, PDISPATCHER_CONTEXT dispatcher) {
  const auto *table = static_cast<const SCOPE_TABLE *>(dispatcher->HandlerData);
  ULONG_PTR base = dispatcher->ImageBase;
  auto pc = static_cast<ULONG>(dispatcher->ControlPc - base);
  auto target = static_cast<ULONG>(dispatcher->TargetIp - base);
  bool at_target = (record->ExceptionFlags & EXCEPTION_TARGET_UNWIND) != 0;
  for (ULONG i = dispatcher->ScopeIndex; i < table->Count; i += 1) {
    const auto &scope = table->ScopeRecord[i];
    if (!Inside(pc, scope.BeginAddress, scope.EndAddress)) {
      continue;
    }
    if (at_target && TargetStaysInside(table, i, target)) {
      break;
    }
    if (scope.JumpTarget != 0) {  // a __try/__except: the unwind ends here when it is the chosen one
      if (at_target && scope.JumpTarget == target) {
        break;
      }
      continue;
    }
    dispatcher->ScopeIndex = i + 1;  // an exception inside the block must not run it again
    reinterpret_cast<PTERMINATION_HANDLER>(base + scope.HandlerAddress)(TRUE, frame);
  }
  return ExceptionContinueSearch;
}

}  // namespace

extern "C" {

EXCEPTION_DISPOSITION NTAPI __C_specific_handler(PEXCEPTION_RECORD ExceptionRecord, PVOID EstablisherFrame,
                                                 PCONTEXT ContextRecord, PDISPATCHER_CONTEXT DispatcherContext) {
  if ((ExceptionRecord->ExceptionFlags & EXCEPTION_UNWIND) == 0) {
    return RunFilters(ExceptionRecord, EstablisherFrame, ContextRecord, DispatcherContext);
  }
  return RunTerminationHandlers(ExceptionRecord, EstablisherFrame, DispatcherContext);
}

// Leaves __try blocks by a goto or return: unwinds to `target_ip` in the frame.
void _local_unwind(PVOID frame, PVOID target_ip) {
  CONTEXT context;
  RtlUnwindEx(frame, target_ip, nullptr, nullptr, &context, nullptr);
}

}  // extern "C"
