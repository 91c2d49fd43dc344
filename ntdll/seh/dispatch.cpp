// Finding the handler of an exception, and unwinding to it.

#include "dispatch.hpp"

#include "unwind.hpp"

#include "../ntdllp.hpp"

namespace {

// How far below the stack limit a frame of ours may begin: all of them are smaller.
constexpr ULONG_PTR kDeepestFrame = 0x10000;

using seh::StackLimits;
using seh::UnwindFrame;

bool FrameIsGood(ULONG_PTR frame, const StackLimits &limits) { return (frame & 7) == 0 && limits.Holds(frame, 8); }

[[noreturn]] void RaiseNested(NTSTATUS status, PEXCEPTION_RECORD outer) {
  EXCEPTION_RECORD record = {};
  record.ExceptionCode = status;
  record.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
  record.ExceptionRecord = outer;
  RtlRaiseException(&record);
  __builtin_trap();  // not continuable
}

// One walk up the stack looking for a handler.
class Search {
 public:
  Search(PEXCEPTION_RECORD record, PCONTEXT context)
      : record_(record), context_(context), walk_(*context), limits_(seh::CurrentStack()) {
    flags_ = record->ExceptionFlags & EXCEPTION_NONCONTINUABLE;
  }

  // True: continue the context.
  bool Run() {
    // The end of a stack is a return address of 0; the first address is 0 after a call of a null pointer.
    for (bool first = true; (first || walk_.Rip != 0) && limits_.Holds(walk_.Rsp, 8); first = false) {
      ULONG_PTR pc = walk_.Rip;
      ULONG_PTR image_base = 0;
      PRUNTIME_FUNCTION entry = RtlLookupFunctionEntry(pc, &image_base, nullptr);
      if (entry == nullptr) {
        if (!seh::LeafUnwind(&walk_, &limits_)) {
          return Stop();
        }
        continue;
      }
      UnwindFrame frame = {};
      if (!seh::VirtualUnwind(UNW_FLAG_EHANDLER, image_base, pc, entry, &walk_, &frame, nullptr, &limits_) ||
          !FrameIsGood(frame.establisher, limits_)) {
        return Stop();
      }
      if (frame.handler != nullptr && Call(pc, image_base, entry, frame)) {
        return true;
      }
    }
    record_->ExceptionFlags = flags_;
    return false;
  }

 private:
  bool Stop() {
    record_->ExceptionFlags = flags_ | EXCEPTION_STACK_INVALID;
    return false;
  }

  // Calls the handler of one frame. True: it wants to continue.
  bool Call(ULONG_PTR pc, ULONG_PTR image_base, PRUNTIME_FUNCTION entry, const UnwindFrame &frame) {
    DISPATCHER_CONTEXT dispatcher = {};
    dispatcher.ControlPc = pc;
    dispatcher.ImageBase = image_base;
    dispatcher.FunctionEntry = entry;
    dispatcher.EstablisherFrame = frame.establisher;
    dispatcher.ContextRecord = &walk_;
    dispatcher.LanguageHandler = frame.handler;
    dispatcher.HandlerData = frame.handler_data;
    for (;;) {
      record_->ExceptionFlags = flags_;
      ULONG_PTR establisher = dispatcher.EstablisherFrame;
      EXCEPTION_DISPOSITION disposition =
          RtlpExecuteHandlerForException(record_, reinterpret_cast<PVOID>(establisher), context_, &dispatcher);
      flags_ |= record_->ExceptionFlags & EXCEPTION_NONCONTINUABLE;
      if (nested_ == establisher) {
        flags_ &= ~EXCEPTION_NESTED_CALL;
        nested_ = 0;
      }
      switch (disposition) {
        case ExceptionContinueExecution:
          if ((flags_ & EXCEPTION_NONCONTINUABLE) != 0) {
            RaiseNested(STATUS_NONCONTINUABLE_EXCEPTION, record_);
          }
          return true;
        case ExceptionContinueSearch:
          return false;
        case ExceptionNestedException:
          // Frames up to that one have already seen the earlier exception.
          flags_ |= EXCEPTION_NESTED_CALL;
          if (dispatcher.EstablisherFrame > nested_) {
            nested_ = dispatcher.EstablisherFrame;
          }
          return false;
        case ExceptionCollidedUnwind:
          if (!Rejoin(&dispatcher)) {
            return false;
          }
          continue;
        default:
          RaiseNested(STATUS_INVALID_DISPOSITION, record_);
      }
    }
  }

  // The walk met a frame whose __finally block was interrupted: go on with the frame that was being unwound.
  bool Rejoin(PDISPATCHER_CONTEXT dispatcher) {
    walk_ = *dispatcher->ContextRecord;
    UnwindFrame frame = {};
    if (!seh::VirtualUnwind(UNW_FLAG_NHANDLER, dispatcher->ImageBase, dispatcher->ControlPc, dispatcher->FunctionEntry,
                            &walk_, &frame, nullptr, &limits_)) {
      walk_.Rip = 0;
      return false;
    }
    dispatcher->ContextRecord = &walk_;
    return true;
  }

  PEXCEPTION_RECORD record_;
  PCONTEXT context_;
  CONTEXT walk_;
  StackLimits limits_;
  ULONG flags_ = 0;
  ULONG_PTR nested_ = 0;
};

// One unwind down to a frame: every termination handler on the way is called.
class Unwind {
 public:
  Unwind(PVOID target, PVOID target_ip, PEXCEPTION_RECORD record, PVOID return_value, PCONTEXT context)
      : target_(reinterpret_cast<ULONG_PTR>(target)),
        target_ip_(reinterpret_cast<ULONG_PTR>(target_ip)),
        record_(record),
        return_value_(reinterpret_cast<ULONG64>(return_value)),
        context_(context),
        limits_(seh::CurrentStack()),
        flags_(EXCEPTION_UNWINDING | (target == nullptr ? EXCEPTION_EXIT_UNWIND : 0u)) {}

  // Leaves the state inside the target frame in the context. False: the end of the stack came first.
  bool Run() {
    for (;;) {
      ULONG_PTR pc = context_->Rip;
      ULONG_PTR image_base = 0;
      PRUNTIME_FUNCTION entry = RtlLookupFunctionEntry(pc, &image_base, nullptr);
      if (entry == nullptr) {
        // Address 0 twice is the end of the stack; once, it may be the call of a null pointer that raised all this.
        if (!seh::LeafUnwind(context_, &limits_) || (pc == 0 && context_->Rip == 0)) {
          return false;
        }
        continue;
      }
      next_ = *context_;
      UnwindFrame frame = Step(UNW_FLAG_UHANDLER, pc, image_base, entry);
      if (!FrameIsGood(frame.establisher, limits_) || (target_ != 0 && target_ < frame.establisher)) {
        RaiseNested(STATUS_BAD_STACK, record_);
      }
      ULONG_PTR establisher = frame.establisher;
      if (frame.handler != nullptr) {
        establisher = Call(pc, image_base, entry, frame);
      }
      if (establisher == target_ && target_ != 0) {
        return true;
      }
      *context_ = next_;
    }
  }

 private:
  // Takes next_ to the caller.
  UnwindFrame Step(ULONG type, ULONG_PTR pc, ULONG_PTR image_base, PRUNTIME_FUNCTION entry) {
    UnwindFrame frame = {};
    if (!seh::VirtualUnwind(type, image_base, pc, entry, &next_, &frame, nullptr, &limits_)) {
      RaiseNested(STATUS_BAD_STACK, record_);
    }
    return frame;
  }

  // Calls the handler of one frame; the frame it was in the end, after unwinds that this one interrupted.
  ULONG_PTR Call(ULONG_PTR pc, ULONG_PTR image_base, PRUNTIME_FUNCTION entry, const UnwindFrame &frame) {
    DISPATCHER_CONTEXT dispatcher = {};
    dispatcher.ControlPc = pc;
    dispatcher.ImageBase = image_base;
    dispatcher.FunctionEntry = entry;
    dispatcher.EstablisherFrame = frame.establisher;
    dispatcher.TargetIp = target_ip_;
    dispatcher.ContextRecord = context_;
    dispatcher.LanguageHandler = frame.handler;
    dispatcher.HandlerData = frame.handler_data;
    for (;;) {
      ULONG_PTR establisher = dispatcher.EstablisherFrame;
      record_->ExceptionFlags = flags_ | (establisher == target_ ? EXCEPTION_TARGET_UNWIND : 0u);
      context_->Rax = return_value_;
      EXCEPTION_DISPOSITION disposition =
          RtlpExecuteHandlerForUnwind(record_, reinterpret_cast<PVOID>(establisher), context_, &dispatcher);
      flags_ &= ~EXCEPTION_COLLIDED_UNWIND;
      if (disposition == ExceptionContinueSearch) {
        return establisher;
      }
      if (disposition != ExceptionCollidedUnwind) {
        RaiseNested(STATUS_INVALID_DISPOSITION, record_);
      }
      // Go on with the frame whose unwind was interrupted, at the scope it had reached.
      *context_ = *dispatcher.ContextRecord;
      dispatcher.ContextRecord = context_;
      next_ = *context_;
      Step(UNW_FLAG_NHANDLER, dispatcher.ControlPc, dispatcher.ImageBase, dispatcher.FunctionEntry);
      flags_ |= EXCEPTION_COLLIDED_UNWIND;
    }
  }

  ULONG_PTR target_;
  ULONG_PTR target_ip_;
  PEXCEPTION_RECORD record_;
  ULONG64 return_value_;
  PCONTEXT context_;
  CONTEXT next_ = {};
  StackLimits limits_;
  ULONG flags_;
};

}  // namespace

namespace seh {

StackLimits CurrentStack() {
  const NT_TIB &tib = ntdll::Teb().NtTib;
  // Frames that were made but not yet touched lie below the limit, which moves with the guard page.
  auto low = reinterpret_cast<ULONG_PTR>(tib.StackLimit);
  auto here = reinterpret_cast<ULONG_PTR>(__builtin_frame_address(0));
  auto high = reinterpret_cast<ULONG_PTR>(tib.StackBase);
  return {here < low && low - here < kDeepestFrame ? here : low, high};
}

}  // namespace seh

extern "C" {

BOOLEAN NTAPI RtlDispatchException(PEXCEPTION_RECORD ExceptionRecord, PCONTEXT ContextRecord) {
  bool handled =
      seh::CallVectoredHandlers(ExceptionRecord, ContextRecord) || Search(ExceptionRecord, ContextRecord).Run();
  if (handled) {
    seh::CallContinueHandlers(ExceptionRecord, ContextRecord);
  }
  return handled;
}

// Exception inside a filter or handler. The frame keeps the dispatcher context of the outer exception.
EXCEPTION_DISPOSITION RtlpNestedExceptionHandler(PEXCEPTION_RECORD record, PVOID frame, PCONTEXT,
                                                 PDISPATCHER_CONTEXT dispatcher) {
  if ((record->ExceptionFlags & EXCEPTION_UNWIND) != 0) {
    return ExceptionContinueSearch;
  }
  auto outer = *reinterpret_cast<PDISPATCHER_CONTEXT *>(static_cast<char *>(frame) + 32);
  dispatcher->EstablisherFrame = outer->EstablisherFrame;
  return ExceptionNestedException;
}

// Exception or unwind inside a __finally block: hands over the state of the interrupted unwind.
EXCEPTION_DISPOSITION RtlpCollidedUnwindHandler(PEXCEPTION_RECORD, PVOID frame, PCONTEXT,
                                                PDISPATCHER_CONTEXT dispatcher) {
  auto outer = *reinterpret_cast<PDISPATCHER_CONTEXT *>(static_cast<char *>(frame) + 32);
  ULONG_PTR target = dispatcher->TargetIp;
  *dispatcher = *outer;
  dispatcher->TargetIp = target;
  return ExceptionCollidedUnwind;
}

// `ContextRecord` is scratch memory and becomes the thread's state at the end.
VOID NTAPI RtlUnwindEx(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord, PVOID ReturnValue,
                       PCONTEXT ContextRecord, PUNWIND_HISTORY_TABLE) {
  EXCEPTION_RECORD own = {};
  RtlCaptureContext(ContextRecord);
  if (ExceptionRecord == nullptr) {
    own.ExceptionCode = STATUS_UNWIND;
    own.ExceptionAddress = reinterpret_cast<PVOID>(ContextRecord->Rip);
    ExceptionRecord = &own;
  }
  bool arrived = Unwind(TargetFrame, TargetIp, ExceptionRecord, ReturnValue, ContextRecord).Run();
  if (TargetFrame == nullptr) {  // an exit unwind reached the end of the stack
    NtRaiseException(ExceptionRecord, ContextRecord, FALSE);
    RaiseNested(STATUS_BAD_STACK, ExceptionRecord);
  }
  if (!arrived) {
    RaiseNested(STATUS_INVALID_UNWIND_TARGET, ExceptionRecord);
  }
  ContextRecord->Rax = reinterpret_cast<ULONG64>(ReturnValue);
  if (ExceptionRecord->ExceptionCode != STATUS_UNWIND_CONSOLIDATE) {
    ContextRecord->Rip = reinterpret_cast<ULONG64>(TargetIp);
  }
  RtlRestoreContext(ContextRecord, ExceptionRecord);
}

VOID NTAPI RtlUnwind(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord, PVOID ReturnValue) {
  CONTEXT context;
  RtlUnwindEx(TargetFrame, TargetIp, ExceptionRecord, ReturnValue, &context, nullptr);
}

}  // extern "C"
