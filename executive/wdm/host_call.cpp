#include <wdm/host_call.hpp>

#include <wdm/irp_codes.h>
#include <wdm/driver_host.hpp>

#include <ke/frames.hpp>

#include <algorithm>
#include <new>

namespace wdm {
namespace {

constexpr std::size_t kPage = ke::kPageSize;
constexpr std::size_t kMaximumPages = 0x4000;  // 64 MiB in one request

std::size_t PagesOf(std::uint64_t address, std::size_t length) {
  return (address % kPage + length + kPage - 1) / kPage;
}

}  // namespace

Result<void> PinnedPages::Pin(mm::AddressSpace &space, std::uint64_t address, std::size_t length, bool for_write) {
  const std::size_t wanted = PagesOf(address, length);
  if (wanted > kMaximumPages) {
    return ::Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(ke::CheckRange(address, length));
  frames.reset(new (std::nothrow) mm::FrameId[wanted]);
  if (!frames) {
    return ::Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  write = for_write;
  const std::uint64_t first = address / kPage * kPage;
  for (std::size_t i = 0; i < wanted; i += 1) {
    frames[i] = TRY(space.Pin(first + i * kPage, for_write));
    count = i + 1;
  }
  return {};
}

Result<std::uint64_t> PinnedPages::Map(mm::AddressSpace &host) {
  if (view != 0) {
    return view;
  }
  Result<Ref<mm::Segment>> pages = mm::Segment::CreateFrames({frames.get(), count});
  if (!pages) {
    return std::unexpected(pages.error());
  }
  for (std::size_t i = 0; i < count; i += 1) {
    ke::AddFrameReference(frames[i]);  // the segment's
  }
  const ULONG protection = write ? PAGE_READWRITE : PAGE_READONLY;
  Ref<mm::Section> section = TRY(mm::Section::Create(*pages, (*pages)->Size(), protection, SEC_COMMIT));
  mm::Range range;
  TRY(host.MapView(section, range, 0, {}, protection, 0));
  view = range.start;
  return view;
}

void PinnedPages::Release(mm::AddressSpace *host) {
  if (view != 0 && host != nullptr) {
    (void)host->UnmapView(view);
  }
  view = 0;
  for (std::size_t i = 0; i < count; i += 1) {
    ke::ReleaseFrame(frames[i]);
  }
  count = 0;
  frames.reset();
}

HostCall::HostCall(const Ref<DriverHost> &host) : host_(host) {
  request.buffer = host::kNoBuffer;
  request.pages = host::kNoBuffer;
}

HostCall::~HostCall() { GiveBack(); }

Result<Ref<HostCall>> HostCall::Create(const Ref<DriverHost> &host) {
  auto call = Adopt(new (std::nothrow) HostCall(host));
  if (!call) {
    return ::Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return call;
}

Result<HostCall::Block> HostCall::Take(std::size_t length) {
  return Block{TRY(host_->Buffers().Allocate(length)), length};
}

Result<void> HostCall::UseBuffer(const UserPointer &input, std::size_t input_length, const UserPointer &output,
                                 std::size_t output_length) {
  const std::size_t length = std::max(input_length, output_length);
  if (length == 0) {
    return {};
  }
  buffer_ = TRY(Take(length));
  Arena &arena = host_->Buffers();
  if (input_length != 0) {
    TRY(arena.Fill(buffer_.offset, input, input_length));
  }
  if (output_length > input_length) {
    // What another request left there is nobody's business.
    TRY(arena.Zero(buffer_.offset + static_cast<std::uint32_t>(input_length), output_length - input_length));
  }
  request.buffer = buffer_.offset;
  request.buffer_length = static_cast<std::uint32_t>(length);
  output_ = output;
  output_length_ = output_length;
  return {};
}

Result<void> HostCall::UsePages(mm::AddressSpace &space, const UserPointer &buffer, std::size_t length, bool write) {
  if (length == 0) {
    return {};
  }
  TRY(pages_.Pin(space, buffer.address, length, write));
  request.page_offset = static_cast<std::uint32_t>(buffer.address % kPage);
  request.direct_length = static_cast<std::uint32_t>(length);
  return PutPageNumbers();
}

Result<std::uint64_t> HostCall::UseAlias(mm::AddressSpace &space, const UserPointer &buffer, std::size_t length,
                                         bool write) {
  if (buffer.address == 0 || length == 0) {
    return 0;
  }
  PinnedPages &pages = aliases_[0].count == 0 ? aliases_[0] : aliases_[1];
  if (Result<void> pinned = pages.Pin(space, buffer.address, length, write); !pinned) {
    pages.Release(nullptr);
    if (pinned.error().Code() == STATUS_INSUFFICIENT_RESOURCES || pinned.error().Code() == STATUS_NO_MEMORY) {
      return std::unexpected(pinned.error());
    }
    return ke::kUserProbeAddress + buffer.address % kPage;
  }
  return TRY(pages.Map(host_->Space())) + buffer.address % kPage;
}

Result<void> HostCall::UseKernelPages(const UserPointer &input, const UserPointer &output, std::size_t length) {
  if (length == 0) {
    return {};
  }
  // One page more, so that the buffer begins with a page.
  kernel_pages_ = TRY(Take(length + kPage));
  const std::uint32_t start = (kernel_pages_.offset + kPage - 1) / kPage * kPage;
  Arena &arena = host_->Buffers();
  if (input) {
    TRY(arena.Fill(start, input, length));
  } else {
    TRY(arena.Zero(start, length));
  }
  output_ = output;
  output_length_ = output ? length : 0;
  const std::size_t count = PagesOf(0, length);
  pages_.frames.reset(new (std::nothrow) mm::FrameId[count]);
  if (!pages_.frames) {
    return ::Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  pages_.write = static_cast<bool>(output);
  for (std::size_t i = 0; i < count; i += 1) {
    pages_.frames[i] = TRY(arena.Frame(start + static_cast<std::uint32_t>(i * kPage)));
    ke::AddFrameReference(pages_.frames[i]);
    pages_.count = i + 1;
  }
  request.direct_length = static_cast<std::uint32_t>(length);
  return PutPageNumbers();
}

Result<void> HostCall::PutPageNumbers() {
  page_list_ = TRY(Take(pages_.count * sizeof(std::uint64_t)));
  for (std::size_t i = 0; i < pages_.count; i += 1) {
    const std::uint64_t number = TRY(ke::FrameAddress(pages_.frames[i])) / kPage;
    TRY(host_->Buffers().Put(page_list_.offset + static_cast<std::uint32_t>(i * sizeof(number)), &number,
                             sizeof(number)));
  }
  request.pages = page_list_.offset;
  request.page_count = static_cast<std::uint32_t>(pages_.count);
  return {};
}

Result<void> HostCall::Post() {
  if (host_->Dead()) {
    return ::Fail(STATUS_DRIVER_PROCESS_TERMINATED);
  }
  request.id = TRY(host_->Enter(Ref<HostCall>(this)));
  host_->Post(request);
  return {};
}

void HostCall::Cancel() {
  if (HasEnded() || host_->Dead() || request.id == 0) {
    return;
  }
  host::Request cancel{};
  cancel.command = host::Command::kCancel;
  cancel.id = request.id;
  cancel.buffer = cancel.pages = host::kNoBuffer;
  host_->Post(cancel);
}

void HostCall::Abandon() { abandoned_ = true; }

void HostCall::Complete(const host::Message &message) {
  io::Outcome outcome{message.status, message.information};
  answer_file_ = message.file;
  std::copy_n(message.parameters, 4, answer_words_);
  // STATUS_PENDING is no end; a driver that says so is taken at its word that nothing good happened.
  if (outcome.status == STATUS_PENDING) {
    outcome = {STATUS_DRIVER_INTERNAL_ERROR, 0};
  }
  const Block &from = kernel_pages_.length != 0 ? kernel_pages_ : buffer_;
  const std::uint32_t start =
      kernel_pages_.length != 0 ? (from.offset + static_cast<std::uint32_t>(kPage) - 1) / kPage * kPage : from.offset;
  // METHOD_OUT_DIRECT has its output in the pages already.
  std::size_t length = kernel_pages_.length != 0 ? outcome.information : message.length;
  length = std::min(length, output_length_);
  answer_length_ = static_cast<std::uint32_t>(length);
  if (length != 0 && !abandoned_ && !NT_ERROR(outcome.status)) {
    if (Result<void> taken = host_->Buffers().Take(start, output_, length); !taken) {
      outcome = {taken.error().Code(), 0};
    }
  }
  Ref<HostCall> self(this);
  host_->Leave(request.id);
  GiveBack();
  Ending(outcome);
  SetEnded(outcome);
}

void HostCall::Fail(NTSTATUS status) {
  Ref<HostCall> self(this);
  host_->Leave(request.id);
  GiveBack();
  const io::Outcome outcome{status, 0};
  Ending(outcome);
  SetEnded(outcome);
}

Result<std::uint64_t> HostCall::MapPages() {
  if (pages_.count == 0) {
    return ::Fail(STATUS_INVALID_PARAMETER);
  }
  return TRY(pages_.Map(host_->Space())) + request.page_offset;
}

void HostCall::GiveBack() {
  for (Block *block : {&buffer_, &page_list_, &kernel_pages_}) {
    if (block->length != 0) {
      host_->Buffers().Free(block->offset, block->length);
    }
    *block = {};
  }
  mm::AddressSpace *space = host_->Dead() ? nullptr : &host_->Space();
  pages_.Release(space);
  for (PinnedPages &alias : aliases_) {
    alias.Release(space);
  }
  owner = nullptr;
}

}  // namespace wdm
