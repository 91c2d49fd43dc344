#pragma once
// The thread object of a host and what the scheduler knows of it.

#include <ntifs.h>
#include <wdmp/dispatcher.hpp>
#include <wdmp/fiber.hpp>
#include <wdmp/irql.hpp>

namespace ke {

/// A fiber's stack: committed and touched, with a page that nobody may touch below it.
struct Stack {
  Stack *next;
  uintptr_t low;
  uintptr_t high;
};

inline constexpr size_t kStackSize = 32 * 1024;

enum class ThreadState : uint8_t { kReady, kRunning, kWaiting, kEnded };
enum class ThreadKind : uint8_t { kLoop, kFiber, kSystem };

/// What PKTHREAD and PETHREAD point to. Everything in it is touched at DISPATCH_LEVEL unless only its own fiber does.
struct Thread {
  DISPATCHER_HEADER header;  // ThreadObject: signalled when the fiber has ended
  uint32_t magic;
  ThreadState state;
  ThreadKind kind;
  KIRQL wait_irql;  // to go back to when it runs again
  int8_t priority;
  int8_t base_priority;
  LIST_ENTRY link;  // ready list or free list
  LIST_ENTRY all;   // every thread that has begun
  LONG references;

  FiberRoutine routine;
  void *context;
  Stack *stack;
  void *saved;  // stack pointer while it does not run
  void *exception_list;
  PKSTART_ROUTINE start_routine;

  LIST_ENTRY mutants;  // that it owns
  SHORT apc_disable;   // critical regions, as negative numbers
  SHORT special_apc_disable;
  bool alerted;

  // A wait: its blocks, how it ended, when it ends.
  WAIT_TYPE wait_type;
  KWAIT_BLOCK *blocks;
  ULONG block_count;
  LONG_PTR wait_result;
  KTIMER timeout;
  KWAIT_BLOCK own_blocks[THREAD_WAIT_OBJECTS + 1];

  PRKQUEUE queue;         // that it serves (KeRemoveQueue)
  LIST_ENTRY queue_link;  // in that queue's list of threads

  ULONG id;
  ULONG requestor_process;
  ULONG requestor_thread;
  NTSTATUS exit_status;
  uint64_t turns;
};

inline constexpr uint32_t kThreadMagic = 0x64726854;  // "Thrd"

inline Thread *FromKThread(PKTHREAD thread) { return reinterpret_cast<Thread *>(thread); }
inline PKTHREAD ToKThread(Thread *thread) { return reinterpret_cast<PKTHREAD>(thread); }

extern Thread *current_thread;

/// Makes a thread object that is not ready yet; null: no memory.
Thread *CreateThread(FiberRoutine routine, void *context, int priority, ThreadKind kind);

/// Puts a thread into the ready list of its priority. At DISPATCH_LEVEL.
void MakeReady(Thread *thread);

/// The thread of highest priority that is ready, out of its list; null: none. At DISPATCH_LEVEL.
Thread *TakeReady();
bool AnyReady();

/// Takes a ready thread out of its list (its priority changes). At DISPATCH_LEVEL.
void RemoveReady(Thread *thread);

/// Gives a fiber its stack when it has none yet; false: no memory now. IRQL PASSIVE_LEVEL.
bool PrepareFiber(Thread *thread);

/// Leaves the running fiber, whose state says what became of it; returns when it runs again. At DISPATCH_LEVEL.
void SwitchAway();

/// The baton loop gives the processor to a fiber until that parks or ends. At DISPATCH_LEVEL.
void RunFiber(Thread *thread);

/// Ends the running fiber.
[[noreturn]] void EndFiber(NTSTATUS status);

/// Makes the loop's own thread; first of all. False: no memory.
bool StartThreads();

/// A stack from the pool of stacks or a new one; null: no memory. Not from interrupt routines.
Stack *TakeStack();
void GiveStack(Stack *stack);

/// Ends a wait: takes the thread out of every list, then makes it ready. At DISPATCH_LEVEL.
void EndWait(Thread *thread, LONG_PTR result);

/// Blocks the current thread, whose wait blocks are set up; `due`: interrupt time or kNever. At DISPATCH_LEVEL.
LONG_PTR Block(uint64_t due);

/// A thread that serves a queue begins or ends a wait: the queue counts those that run. At DISPATCH_LEVEL.
void QueueThreadWaits(PRKQUEUE queue);

/// A thread ends: the queue that it served forgets it. At DISPATCH_LEVEL.
void LeaveQueue(Thread *thread);

/// The one wait block of a simple wait.
void AddBlock(Thread *thread, KWAIT_BLOCK &block, DISPATCHER_HEADER &header, WAIT_TYPE type, USHORT key);

/// Bug checks when the current thread may not wait (DPC, DISPATCH_LEVEL, the baton loop itself).
void RequireWaiting(KIRQL irql);

/// Whether the mutants and critical regions of a thread that ends are in order; bug checks otherwise.
void RequireNothingHeld(Thread *thread);

}  // namespace ke
