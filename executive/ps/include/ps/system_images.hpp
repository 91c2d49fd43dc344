#pragma once
// What every process shows: ntdll.dll and the shared data page.

#include <nt/nt.h>
#include <ke/dispatcher.hpp>
#include <mm/section.hpp>

#include <cstdint>

namespace ps {

// Addresses in ntdll at which the Executive lets threads begin.
struct NtdllEntries {
  std::uint64_t base = 0;
  std::uint64_t ldr_initialize_thunk = 0;
  std::uint64_t rtl_user_thread_start = 0;
  std::uint64_t ki_user_exception_dispatcher = 0;
};

// Takes ntdll's file; done once at start. STATUS_ENTRYPOINT_NOT_FOUND, STATUS_INVALID_IMAGE_FORMAT and what
// mm::Segment::CreateImage gives.
Result<void> UseNtdll(const Ref<mm::FileBacking> &file);
const NtdllEntries &Ntdll();
const Ref<mm::Section> &NtdllSection();

// The page at 0x7FFE0000, as the Executive writes it. STATUS_NO_MEMORY.
Result<void> MakeSharedData();
mm::FrameId SharedDataFrame();
KUSER_SHARED_DATA &SharedData();
// Brings the times of the page up to date.
void UpdateSharedData();

// How a process's image is opened by its NT path; implemented by io. Statuses of NtOpenFile.
using ImageOpener = Result<Ref<mm::FileBacking>> (*)(ke::Caller *caller, std::u16string_view path);
void UseImageOpener(ImageOpener opener);
Result<Ref<mm::FileBacking>> OpenImage(ke::Caller *caller, std::u16string_view path);

// The dispatcher of this system: its run queue and deadlines.
ke::Dispatcher &SystemDispatcher();

}  // namespace ps
