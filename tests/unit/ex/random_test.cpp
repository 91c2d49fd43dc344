// Random calls from several threads of two processes, with handles and pointers that are often wrong. What must hold
// is that nothing crashes (ASan, UBSan), every answer is a status, and at the end nothing is left.
#include "fixture.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

namespace {

using support::Running;

constexpr int kCalls = 40'000;

class RandomTest : public ObTest {
 protected:
  struct Actor {
    std::unique_ptr<support::Thread> thread;
    std::optional<Running<ex::Answer>> call;
  };
  ULONG Random(ULONG below) { return static_cast<ULONG>(random() % below); }
  bool Chance(ULONG in) { return Random(in) == 0; }

  HANDLE AnyHandle() {
    switch (Random(16)) {
      case 0:
        return NtCurrentProcess();
      case 1:
        return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(random()));
      case 2:
        return reinterpret_cast<HANDLE>(std::uintptr_t{Random(2000)});
      default: {
        // One that is there, so that calls get somewhere.
        ob::HandleTable &table = Chance(3) ? other->table : handles;
        auto from = reinterpret_cast<HANDLE>(std::uintptr_t{Random(150)} * 4);
        return table.Next(from);
      }
    }
  }
  // The object, or sometimes a place where nothing is.
  template <typename T>
  UserPointer Where(support::Thread &by, T &object) {
    constexpr std::array<ke::UserAddress, 4> kBad = {0, 8, 0x7fff'ffff'0000, 0xffff'8000'0000'0000};
    if (Chance(20)) {
      return {&memory, kBad[Random(kBad.size())]};
    }
    return by.Pointer(&object);
  }
  UserIn<OBJECT_ATTRIBUTES> AnyAttributes(support::Thread &by) {
    constexpr std::u16string_view kNames[] = {u"\\BaseNamedObjects\\a",
                                              u"\\BaseNamedObjects\\A",
                                              u"\\BaseNamedObjects\\d",
                                              u"\\BaseNamedObjects\\d\\x",
                                              u"\\??\\link",
                                              u"\\??\\link\\y",
                                              u"\\DosDevices\\Global\\link",
                                              u"",
                                              u"relative",
                                              u"\\",
                                              u"\\BaseNamedObjects\\\\",
                                              u"\\ObjectTypes\\Event"};
    name_text = kNames[Random(std::size(kNames))];
    name = {.Length = static_cast<USHORT>(name_text.size() * 2),
            .MaximumLength = static_cast<USHORT>(name_text.size() * 2),
            .Buffer = name_text.data()};
    ULONG options = 0;
    for (ULONG flag : {OBJ_CASE_INSENSITIVE, OBJ_OPENIF, OBJ_INHERIT}) {
      options |= Chance(2) ? flag : 0;
    }
    for (ULONG flag : {OBJ_EXCLUSIVE, OBJ_PERMANENT, OBJ_OPENLINK, OBJ_KERNEL_HANDLE, 0x8000u}) {
      options |= Chance(12) ? flag : 0;
    }
    object_attributes = {.Length = sizeof(OBJECT_ATTRIBUTES),
                         .RootDirectory = Chance(4) ? AnyHandle() : nullptr,
                         .ObjectName = Chance(10) ? nullptr : &name,
                         .Attributes = options,
                         .SecurityDescriptor = nullptr,
                         .SecurityQualityOfService = nullptr};
    return UserIn<OBJECT_ATTRIBUTES>(Where(by, object_attributes));
  }
  ACCESS_MASK AnyAccess() {
    constexpr ACCESS_MASK kMasks[] = {GENERIC_ALL, MAXIMUM_ALLOWED, SYNCHRONIZE, 0, 0xffffffff, GENERIC_READ, 3};
    return Chance(2) ? GENERIC_ALL : kMasks[Random(std::size(kMasks))];
  }
  UserIn<LARGE_INTEGER> AnyTimeout(support::Thread &by) {
    constexpr LONGLONG kTimes[] = {
        0, -1, -1000, -50'000, 1, std::numeric_limits<LONGLONG>::min(), std::numeric_limits<LONGLONG>::max()};
    time.QuadPart = kTimes[Random(std::size(kTimes))];
    return UserIn<LARGE_INTEGER>(Where(by, time));
  }

  // A call that answers at once.
  ex::Answer Plain(support::Thread &by) {
    UserOut<HANDLE> out(Where(by, handle));
    UserOut<LONG> previous(Where(by, number));
    UserOut<ULONG> length(Where(by, size));
    UserPointer buffer = Where(by, data);
    ULONG room = Chance(2) ? sizeof(data) : Random(sizeof(data));
    switch (Random(34)) {
      case 0:
      case 1:
        return ex::NtCreateEvent(by, out, AnyAccess(), AnyAttributes(by), static_cast<EVENT_TYPE>(Random(3)), 0);
      case 2:
        return ex::NtCreateMutant(by, out, AnyAccess(), AnyAttributes(by), static_cast<BOOLEAN>(Random(2)));
      case 3:
        return ex::NtCreateSemaphore(by, out, AnyAccess(), AnyAttributes(by), static_cast<LONG>(Random(3)), 2);
      case 4:
        return ex::NtCreateTimer(by, out, AnyAccess(), AnyAttributes(by), static_cast<TIMER_TYPE>(Random(3)));
      case 5:
        return ob::NtCreateDirectoryObject(by, out, AnyAccess(), AnyAttributes(by));
      case 6: {
        name_target = Chance(2) ? u"\\BaseNamedObjects" : u"\\??\\link";
        target = {.Length = static_cast<USHORT>(name_target.size() * 2),
                  .MaximumLength = static_cast<USHORT>(name_target.size() * 2),
                  .Buffer = name_target.data()};
        return ob::NtCreateSymbolicLinkObject(by, out, AnyAccess(), AnyAttributes(by),
                                              UserIn<UNICODE_STRING>(Where(by, target)));
      }
      case 7:
        return ex::NtOpenEvent(by, out, AnyAccess(), AnyAttributes(by));
      case 8:
        return ex::NtOpenMutant(by, out, AnyAccess(), AnyAttributes(by));
      case 9:
        return ob::NtOpenDirectoryObject(by, out, AnyAccess(), AnyAttributes(by));
      case 10:
        return ob::NtOpenSymbolicLinkObject(by, out, AnyAccess(), AnyAttributes(by));
      case 11:
      case 12:
      case 13:
        return ob::NtClose(by, AnyHandle());
      case 14:
        return ob::NtDuplicateObject(by, NtCurrentProcess(), AnyHandle(), Chance(3) ? AnyHandle() : NtCurrentProcess(),
                                     out, AnyAccess(), Random(4), Random(8));
      case 15:
        return ob::NtMakePermanentObject(by, AnyHandle());
      case 16:
      case 17:
        return ob::NtMakeTemporaryObject(by, AnyHandle());
      case 18:
        return ob::NtQueryObject(by, AnyHandle(), static_cast<OBJECT_INFORMATION_CLASS>(Random(7)), buffer, room,
                                 length);
      case 19: {
        flags = {.Inherit = static_cast<BOOLEAN>(Random(2)), .ProtectFromClose = Chance(8)};
        return ob::NtSetInformationObject(by, AnyHandle(), ObjectHandleFlagInformation, Where(by, flags),
                                          sizeof(flags));
      }
      case 20:
        return ob::NtQueryDirectoryObject(by, AnyHandle(), buffer, room, static_cast<BOOLEAN>(Random(2)),
                                          static_cast<BOOLEAN>(Random(2)), UserInOut<ULONG>(Where(by, context)),
                                          length);
      case 21: {
        target = {.Length = 0, .MaximumLength = static_cast<USHORT>(Random(64)), .Buffer = nullptr};
        target.Buffer = reinterpret_cast<PWSTR>(data.data());
        return ob::NtQuerySymbolicLinkObject(by, AnyHandle(), UserInOut<UNICODE_STRING>(Where(by, target)), length);
      }
      case 22:
      case 23:
      case 24:
        return ex::NtSetEvent(by, AnyHandle(), previous);
      case 25:
        return ex::NtResetEvent(by, AnyHandle(), previous);
      case 26:
        return ex::NtPulseEvent(by, AnyHandle(), previous);
      case 27:
        return ex::NtReleaseMutant(by, AnyHandle(), previous);
      case 28:
        return ex::NtReleaseSemaphore(by, AnyHandle(), static_cast<LONG>(Random(4)), previous);
      case 29:
      case 30:
        return ex::NtSetTimer(by, AnyHandle(), AnyTimeout(by), {&memory, Chance(2) ? 0u : 0x1000u}, {&memory, 1}, 0,
                              static_cast<LONG>(Random(3)), UserOut<BOOLEAN>(Where(by, boolean)));
      case 31:
        return ex::NtCancelTimer(by, AnyHandle(), UserOut<BOOLEAN>(Where(by, boolean)));
      case 32:
        return ex::NtQueryTimer(by, AnyHandle(), TimerBasicInformation, buffer, sizeof(TIMER_BASIC_INFORMATION),
                                length);
      default:
        return ex::NtQueryMutant(by, AnyHandle(), static_cast<MUTANT_INFORMATION_CLASS>(Random(3)), buffer,
                                 Chance(2) ? 8 : 16, length);
    }
  }

  // A call that may wait.
  Running<ex::Answer> Waiting(support::Thread &by) {
    auto alertable = static_cast<BOOLEAN>(Random(2));
    for (HANDLE &each : many) {
      each = AnyHandle();
    }
    switch (Random(4)) {
      case 0:
        return Running(ex::NtWaitForSingleObject(by, AnyHandle(), alertable, AnyTimeout(by)));
      case 1:
        return Running(ex::NtWaitForMultipleObjects(by, Random(Chance(5) ? 66 : 4), Where(by, many),
                                                    static_cast<WAIT_TYPE>(Random(3)), alertable, AnyTimeout(by)));
      case 2:
        return Running(ex::NtSignalAndWaitForSingleObject(by, AnyHandle(), AnyHandle(), alertable, AnyTimeout(by)));
      default:
        return Running(ex::NtDelayExecution(by, alertable, AnyTimeout(by)));
    }
  }

  void StartThread(Actor &actor) {
    ob::HandleTable &table = Chance(3) ? other->table : handles;
    actor.thread = std::make_unique<support::Thread>(memory, table, system.dispatcher);
  }
  void EndThread(Actor &actor) {
    actor.thread->waiter.Terminate();
    system.Run();
    EXPECT_TRUE(!actor.call || actor.call->Done());
    actor.call.reset();
    actor.thread->waiter.Rundown();
    actor.thread.reset();
  }

  void Step(Actor &actor) {
    if (actor.call && !actor.call->Done()) {
      if (Chance(6)) {
        actor.thread->waiter.Alert();
      } else if (Chance(6)) {
        auto *apc = new ke::AllocatedApc();
        if (!actor.thread->waiter.QueueApc(*apc)) {
          delete apc;
        }
      } else if (Chance(40)) {
        EndThread(actor);
        StartThread(actor);
      }
      return;
    }
    actor.call.reset();
    (void)actor.thread->waiter.TakeApc();
    if (Chance(25)) {
      support::FailAllocationsAfter(static_cast<int>(Random(4)));
    }
    if (Chance(4)) {
      actor.call.emplace(Waiting(*actor.thread));
      waited += actor.call->Done() ? 0 : 1;
    } else {
      calls += 1;
      succeeded += Plain(*actor.thread).has_value() ? 1 : 0;
    }
    support::FailAllocationsAfter(-1);
  }

  std::mt19937 random;
  int calls = 0;
  int succeeded = 0;
  int waited = 0;
  Ref<FakeProcess> other = Adopt(new FakeProcess());
  HANDLE handle = nullptr;
  LONG number = 0;
  ULONG size = 0;
  ULONG context = 0;
  BOOLEAN boolean = 0;
  LARGE_INTEGER time = {};
  OBJECT_HANDLE_FLAG_INFORMATION flags = {};
  UNICODE_STRING name = {};
  UNICODE_STRING target = {};
  std::u16string name_text;
  std::u16string name_target;
  OBJECT_ATTRIBUTES object_attributes = {};
  alignas(16) std::array<std::byte, 512> data = {};
  std::array<HANDLE, 66> many = {};
};

TEST_F(RandomTest, NothingBreaksAndNothingIsLeft) {
  const char *seed = std::getenv("NEPTUNE_SEED");
  random.seed(seed != nullptr ? static_cast<unsigned>(std::strtoul(seed, nullptr, 10)) : 1u);
  ULONG objects[] = {ex::Event::kType.objects, ex::Mutant::kType.objects, ex::Semaphore::kType.objects,
                     ex::Timer::kType.objects};
  std::array<Actor, 5> actors;
  for (Actor &actor : actors) {
    StartThread(actor);
  }
  ASSERT_TRUE(handles.Insert(other, PROCESS_ALL_ACCESS));
  while (calls < kCalls) {
    Step(actors[Random(actors.size())]);
    system.clocks.now += Random(500);
    if (Chance(3)) {
      system.Run();
    }
  }
  for (Actor &actor : actors) {
    EndThread(actor);
  }
  while (handles.CloseSome(100) || other->table.CloseSome(100)) {
  }
  system.Run();
  // Not all of it was refused.
  EXPECT_GT(succeeded, kCalls / 10);
  EXPECT_GT(waited, kCalls / 50);
  names = nullptr;  // with what was made permanent
  EXPECT_EQ(support::LiveFrames(), 0);
  EXPECT_EQ(system.dispatcher.Timers().NextDeadline(), ke::kNever);
  EXPECT_EQ(ex::Event::kType.objects, objects[0]);
  EXPECT_EQ(ex::Mutant::kType.objects, objects[1]);
  EXPECT_EQ(ex::Semaphore::kType.objects, objects[2]);
  EXPECT_EQ(ex::Timer::kType.objects, objects[3]);
  EXPECT_EQ(ex::Event::kType.handles, 0u);
}

}  // namespace
