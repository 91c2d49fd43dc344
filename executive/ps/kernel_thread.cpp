#include <ps/kernel_thread.hpp>

#include <cap/invoke.hpp>
#include <ke/cspace.hpp>
#include <ke/objects.hpp>

#include <array>
#include <memory>
#include <new>

namespace ps {
namespace {

constexpr std::size_t kChunk = 64;
constexpr std::size_t kChunks = 128;
constinit std::array<KernelThread **, kChunks> chunks = {};
constinit std::uint64_t made = 0;
constinit KernelThread *free_list = nullptr;
constinit cap::Cap<cap::Endpoint> endpoint;

constexpr unsigned kCNodeBits = 1;
constexpr seL4_CPtr kFaultPointer = 1;
constexpr seL4_Word kDefaultPriority = kUserPriority + 8;

// The thread's service endpoint and its fault endpoint go into slots 0 and 1.
bool PutEndpoints(cap::Cap<cap::CNode> cspace, unsigned bits, std::uint64_t index) {
  seL4_CapRights_t rights = seL4_CapRights_new(1, 0, 0, 1);
  seL4_Word badge = KernelThread::kThreadBadge | index << 1;
  cap::Slot source = ke::SlotOf(endpoint.Pointer());
  return cap::Mint({cspace, 0, bits}, source, rights, badge) == seL4_NoError &&
         cap::Mint({cspace, kFaultPointer, bits}, source, rights, badge | 1) == seL4_NoError;
}

bool SetPriority(cap::Cap<cap::Tcb> tcb, seL4_Word priority) {
  return cap::SetSchedParams(tcb, cap::Cap<cap::Tcb>(seL4_CapInitThreadTCB), kUserPriority, priority) == seL4_NoError;
}

}  // namespace

void UseServiceEndpoint(cap::Cap<cap::Endpoint> service) { endpoint = service; }

Result<void> KernelThread::Make() {
  tcb_ = TRY(ke::MakeTcb());
  cspace_ = TRY(ke::MakeCNode(kCNodeBits));
  reply_slot_ = TRY(ke::AllocateSlot());
  if (!PutEndpoints(cspace_, kCNodeBits, index_) || !SetPriority(tcb_, kDefaultPriority)) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return {};
}

Result<KernelThread *> KernelThread::Allocate(Thread &owner) {
  if (free_list != nullptr) {
    KernelThread *thread = free_list;
    free_list = thread->next_free_;
    thread->owner_ = &owner;
    return thread;
  }
  if (made == kChunk * kChunks) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  KernelThread **&chunk = chunks[made / kChunk];
  if (chunk == nullptr) {
    chunk = new (std::nothrow) KernelThread *[kChunk] {};
  }
  std::unique_ptr<KernelThread> thread(new (std::nothrow) KernelThread);
  if (chunk == nullptr || !thread) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  thread->index_ = made;
  TRY(thread->Make());
  thread->owner_ = &owner;
  chunk[made % kChunk] = thread.get();
  made += 1;
  return thread.release();
}

void KernelThread::Free() {
  owner_ = nullptr;
  next_free_ = free_list;
  free_list = this;
}

Thread *KernelThread::OwnerOf(std::uint64_t badge) {
  std::uint64_t index = (badge & ~kThreadBadge) >> 1;
  return index < made ? chunks[index / kChunk][index % kChunk]->owner_ : nullptr;
}

Result<void> KernelThread::SetSpace(cap::Cap<cap::Pml4> root) {
  seL4_CNode_CapData_t guard = seL4_CNode_CapData_new(0, seL4_WordBits - kCNodeBits);
  if (cap::SetSpace(tcb_, kFaultPointer, cspace_, guard, root) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  if (special_priority_ && !SetPriority(tcb_, kDefaultPriority)) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  special_priority_ = false;
  return {};
}

Result<void> KernelThread::SetSpace(cap::Cap<cap::Pml4> root, cap::Cap<cap::CNode> cspace, unsigned bits,
                                    seL4_Word priority) {
  seL4_CNode_CapData_t guard = seL4_CNode_CapData_new(0, seL4_WordBits - bits);
  special_priority_ = true;
  if (!PutEndpoints(cspace, bits, index_) || !SetPriority(tcb_, priority) ||
      cap::SetSpace(tcb_, kFaultPointer, cspace, guard, root) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  return {};
}

}  // namespace ps
