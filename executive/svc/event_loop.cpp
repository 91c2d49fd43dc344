#include "event_loop.hpp"

#include "binding.hpp"
#include "host_services.hpp"
#include "timer.hpp"
#include "watchdog.hpp"

#include <cap/invoke.hpp>
#include <coro/detached.hpp>
#include <ke/boot_console.hpp>
#include <ke/frames.hpp>
#include <ke/interrupts.hpp>
#include <ke/log.hpp>
#include <ps/exception.hpp>
#include <ps/kernel_thread.hpp>
#include <ps/process.hpp>
#include <ps/system_images.hpp>
#include <wdm/driver_host.hpp>
#include <wdm/interrupt_threads.hpp>

#include <algorithm>
#include <utility>

namespace svc {
namespace {

// Where the home slot of argument 4 lies above the caller's RSP (docs/architecture.md section 2).
constexpr std::uint64_t kFourthArgument = 0x20;
constexpr std::size_t kRegisterArguments = 3;

// The reply that the loop sends with its next ReplyRecv.
struct PendingReply {
  bool there = false;
  ps::ServiceReply reply;
};
constinit PendingReply pending;

// Names each service that fails on the console: a debug build with -DNEPTUNE_TRACE=1.
#ifndef NEPTUNE_TRACE
#define NEPTUNE_TRACE 0
#endif
[[maybe_unused]] void Trace(ps::Thread &thread, NTSTATUS status) {
  if (status >= 0 || thread.LastService() >= nt::kServiceCount) {
    return;
  }
  ke::Line line;
  line << thread.Owner().ImageName() << ": " << nt::kServices[thread.LastService()].name << ": ";
  ke::Log(line.Status(status));
}

void FinishService(ps::Thread &thread, NTSTATUS status) {
  if constexpr (NEPTUNE_TRACE != 0) {
    Trace(thread, status);
  }
  ps::ServiceReply reply;
  if (thread.Finish(status, reply)) {
    pending = {true, reply};
  }
}

// Runs one waiting service to its end. The thread cannot go before its service has ended.
coro::Detached RunService(Ref<ps::Thread> thread, coro::Task<Answer> task) {
  Answer answer = co_await task;
  FinishService(*thread, ToNtStatus(answer));
}

Result<void> FetchArguments(ps::Thread &thread, std::size_t count, const cap::Message &message, std::uint64_t *words) {
  std::copy_n(message.words, kRegisterArguments, words);
  if (count <= kRegisterArguments) {
    return {};
  }
  std::size_t bytes = (count - kRegisterArguments) * sizeof(std::uint64_t);
  return ke::CopyFromUser(thread.Space(), words + kRegisterArguments, message.words[3] + kFourthArgument, bytes);
}

void Serve(ps::Thread &thread, const cap::Message &message) {
  seL4_Word number = seL4_MessageInfo_get_label(message.info);
  thread.EnterService(number);
  if (number >= nt::kServiceCount) {
    FinishService(thread, STATUS_INVALID_SYSTEM_SERVICE);
    return;
  }
  if (kDeniedToHosts[number] && thread.Owner().Role() != nullptr) {
    FinishService(thread, STATUS_ACCESS_DENIED);
    return;
  }
  std::uint64_t words[nt::kMaximumArguments];
  if (!FetchArguments(thread, nt::kServices[number].Count(), message, words)) {
    FinishService(thread, STATUS_ACCESS_VIOLATION);
    return;
  }
  const Handler &handler = kHandlers[number];
  if (handler.plain != nullptr) {
    Answer answer = handler.plain(thread, words);
    // Exceptions and the like set the thread's registers anew: then there is nothing to answer.
    if (thread.State() == ps::ThreadState::kService) {
      FinishService(thread, ToNtStatus(answer));
    }
    return;
  }
  if (handler.attempt != nullptr) {
    if (std::optional<Answer> answer = handler.attempt(thread, words)) {
      FinishService(thread, ToNtStatus(*answer));
      return;
    }
  }
  if (handler.waiting == nullptr) {
    FinishService(thread, STATUS_NOT_IMPLEMENTED);
    return;
  }
  Ref<ps::Thread> held(&thread);
  if (!RunService(held, handler.waiting(thread, words)).started) {
    FinishService(thread, STATUS_INSUFFICIENT_RESOURCES);
    return;
  }
  if (thread.State() == ps::ThreadState::kService) {
    thread.KeepReply();
  }
}

void Fault(ps::Thread &thread, const cap::Message &message) {
  thread.EnterService(ps::kFaultService);
  if (ps::HandleFault(thread, seL4_MessageInfo_get_label(message.info), message.words)) {
    pending = {thread.LeaveFault(), {.label = 0, .length = 0}};
  } else if (thread.State() == ps::ThreadState::kService) {
    // The process ended and this thread with it.
    ps::ServiceReply none;
    (void)thread.Finish(STATUS_SUCCESS, none);
  }
}

void Message(const cap::Message &message) {
  ps::Thread *thread = ps::KernelThread::OwnerOf(message.badge);
  // Only a thread in user mode can have called; anything else is a message of a thread that has ended meanwhile.
  if (thread == nullptr || thread->State() != ps::ThreadState::kUser) {
    return;
  }
  Ref<ps::Thread> held(thread);
  ps::SetCurrentThread(thread);
  static_cast<mm::AddressSpace &>(thread->Space()).SetCurrentTeb(thread->Teb());
  if (ps::KernelThread::IsFault(message.badge)) {
    Fault(*thread, message);
  } else {
    Serve(*thread, message);
  }
  ps::SetCurrentThread(nullptr);
}

void Interrupts(seL4_Word bits) {
  if ((bits & ke::kTimerInterrupt) != 0) {
    TimerInterrupt();
  }
  if ((bits & ke::kSerialInterrupt) != 0) {
    ke::ConsoleInterrupt();
  }
  if ((bits & ke::kWatchdogPing) != 0) {
    wdm::EndSpinningHosts();
  }
  if (bits >> wdm::kFirstDoorbell != 0) {
    wdm::Doorbells(bits);
  }
}

cap::Message TakePending() {
  cap::Message message;
  std::copy_n(pending.reply.words, seL4_FastMessageRegisters, message.words);
  message.info = seL4_MessageInfo_new(pending.reply.label, 0, 0, pending.reply.length);
  pending.there = false;
  return message;
}

}  // namespace

void RunEventLoop(cap::Cap<cap::Endpoint> endpoint) {
  // What was woken runs in batches between messages, so that neither side waits long for the other.
  constexpr std::size_t kBatch = 8;
  ke::RunQueue &runs = ps::SystemDispatcher().Runs();
  for (;;) {
    if (!runs.Empty()) {
      // The caller's reply goes first: what runs now may suspend or end it.
      if (pending.there) {
        cap::Message message = TakePending();
        cap::SendReply(message);
      }
      runs.Drain(kBatch);
    }
    ke::RefillFrames();
    ArmTimer();
    cap::Message message;
    WatchdogRest();
    if (!runs.Empty()) {
      cap::NbRecv(endpoint, message);
    } else if (pending.there) {
      message = TakePending();
      cap::ReplyRecv(endpoint, message);
    } else {
      cap::Recv(endpoint, message);
    }
    WatchdogWork();
    if ((message.badge & ps::KernelThread::kThreadBadge) != 0) {
      Message(message);
    } else {
      Interrupts(message.badge);
    }
  }
}

}  // namespace svc
