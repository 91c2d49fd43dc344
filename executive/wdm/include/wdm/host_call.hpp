#pragma once
// One request that a driver host has, whatever kind: the Executive's record of it (ARCHITECTURE.md 2.4). It is in its
// host's table from Post() to the answer or the host's death, and keeps alive and pinned all that the driver may touch.

#include <wdm/host.h>
#include <io/driver_request.hpp>

#include <memory>
#include <span>

namespace wdm {

class DriverHost;

// Frames with a reference each, and perhaps a view of them in a host.
struct PinnedPages {
  std::unique_ptr<mm::FrameId[]> frames;
  std::size_t count = 0;
  bool write = false;
  std::uint64_t view = 0;

  // STATUS_INSUFFICIENT_RESOURCES and what AddressSpace::Pin gives.
  Result<void> Pin(mm::AddressSpace &space, std::uint64_t address, std::size_t length, bool for_write);
  // Maps them once; the address. STATUS_NO_MEMORY, STATUS_INSUFFICIENT_RESOURCES.
  Result<std::uint64_t> Map(mm::AddressSpace &host);
  // `host` is null when its memory is gone.
  void Release(mm::AddressSpace *host);
};

class HostCall : public io::DriverCall {
 public:
  // STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<HostCall>> Create(const Ref<DriverHost> &host);

  // What is to be put into the ring; filled in by the maker before Post().
  host::Request request = {};
  // Kept alive until the end: the file, the owner of the buffers.
  Ref<RefCounted> owner;
  Ref<RefCounted> target;

  // Room in the arena, which the request names; `input` is copied in, the rest zeroed. On the answer what the host
  // says, at most `room` bytes, goes to `output`. STATUS_INSUFFICIENT_RESOURCES, STATUS_ACCESS_VIOLATION.
  Result<void> UseBuffer(const UserPointer &input, std::size_t input_length, const UserPointer &output,
                         std::size_t output_length);
  // The pages of a program's buffer, pinned. `write`: the driver writes them. STATUS_ACCESS_VIOLATION,
  // STATUS_NO_MEMORY, STATUS_INSUFFICIENT_RESOURCES.
  Result<void> UsePages(mm::AddressSpace &space, const UserPointer &buffer, std::size_t length, bool write);
  // The same of a buffer of the Executive's own: it goes through the arena, whose pages are the driver's. `output`
  // null: the driver only reads.
  Result<void> UseKernelPages(const UserPointer &input, const UserPointer &output, std::size_t length);

  // METHOD_NEITHER: the address in the host under which the driver sees a program's buffer. A bad one gives an address
  // that nobody can touch, as the driver would find on NT. STATUS_INSUFFICIENT_RESOURCES, STATUS_NO_MEMORY.
  Result<std::uint64_t> UseAlias(mm::AddressSpace &space, const UserPointer &buffer, std::size_t length, bool write);

  // Enters it into the host's table and sends it. STATUS_DRIVER_PROCESS_TERMINATED, STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Post();

  void Cancel() override;
  void Abandon() override;

  // The host's answer; what it says has been copied but not checked.
  void Complete(const host::Message &message);
  // The host is gone.
  void Fail(NTSTATUS status);
  // The dispatch routine has returned STATUS_PENDING.
  void Pending() { SetPending(); }

  // Of the answer: words that only some commands have.
  std::uint64_t AnswerFile() const { return answer_file_; }
  std::uint64_t AnswerWord(std::size_t index) const { return answer_words_[index]; }
  std::uint32_t AnswerLength() const { return answer_length_; }

  // The buffer of direct I/O as a view in the host, made at the first call. STATUS_INVALID_PARAMETER (no direct I/O),
  // STATUS_NO_MEMORY, STATUS_INSUFFICIENT_RESOURCES.
  Result<std::uint64_t> MapPages();

  DriverHost &Host() const { return *host_; }

 protected:
  explicit HostCall(const Ref<DriverHost> &host);
  ~HostCall() override;
  // Called before the waiters hear of it.
  virtual void Ending(const io::Outcome &) {}

 private:
  struct Block {
    std::uint32_t offset = host::kNoBuffer;
    std::size_t length = 0;
  };
  Result<Block> Take(std::size_t length);
  Result<void> PutPageNumbers();
  void GiveBack();

  Ref<DriverHost> host_;
  Block buffer_;
  Block page_list_;
  Block kernel_pages_;
  UserPointer output_;
  std::size_t output_length_ = 0;
  PinnedPages pages_;
  PinnedPages aliases_[2];
  bool abandoned_ = false;
  std::uint64_t answer_file_ = 0;
  std::uint64_t answer_words_[4] = {};
  std::uint32_t answer_length_ = 0;
};

}  // namespace wdm
