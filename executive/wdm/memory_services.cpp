// Services for hosts: memory, timers, interrupts, images, messages.

#include <wdm/services.hpp>

#include <wdm/driver_host.hpp>
#include <wdm/image_section.hpp>

#include <ke/frames.hpp>
#include <ke/log.hpp>
#include <mm/section.hpp>
#include <ob/handle_table.hpp>
#include <ps/system_images.hpp>
#include <rtl/checked.hpp>
#include <rtl/defer.hpp>

#include <sel4/sel4.h>

#include <algorithm>
#include <array>

namespace wdm {
namespace {

constexpr std::uint64_t kPage = ke::kPageSize;
constexpr ob::NameView kDrivers = u"\\SystemRoot\\System32\\drivers\\";
constexpr ob::NameView kSystemRoot = u"\\SystemRoot\\";
constexpr ULONG kPagesAtOnce = 1024;
constexpr ULONG kLongestText = 512;

// MEMORY_CACHING_TYPE: MmNonCached, MmCached, MmWriteCombined, ...
std::uint8_t CacheAttributes(ULONG type) {
  switch (type) {
    case 1:
      return seL4_X86_WriteBack;
    case 2:
      return seL4_X86_WriteCombining;
    default:
      return seL4_X86_Uncacheable;
  }
}

Result<std::uint64_t> Show(DriverHost &host, const Ref<mm::Segment> &pages) {
  Ref<mm::Section> section = TRY(mm::Section::Create(pages, pages->Size(), PAGE_READWRITE, SEC_COMMIT));
  mm::Range range;
  TRY(host.Space().MapView(section, range, 0, {}, PAGE_READWRITE, 0));
  return range.start;
}

void Refused(DriverHost &host, std::string_view what, std::uint64_t where) {
  ke::Line line;
  line << "Driver host " << host.Name() << " asked for " << what << " ";
  line.Hex(where) << ", which it was not assigned: refused.";
  ke::Log(line);
}

}  // namespace

Answer WdmSetTimer(ke::Caller &caller, ULONGLONG interrupt_time) {
  TRY(HostOf(caller))->SetTimer(interrupt_time);
  return STATUS_SUCCESS;
}

Answer WdmConnectInterrupt(ke::Caller &caller, UserInOut<WDM_INTERRUPT> interrupt) {
  DriverHost &host = *TRY(HostOf(caller));
  WDM_INTERRUPT wanted = TRY(interrupt.Read());
  Result<void> connected = host.Granted().Connect(wanted);
  if (!connected) {
    if (connected.error().Code() == STATUS_ACCESS_DENIED) {
      Refused(host, "interrupt vector", wanted.Vector);
    }
    return std::unexpected(connected.error());
  }
  TRY(interrupt.Write(wanted));
  return STATUS_SUCCESS;
}

Answer WdmDisconnectInterrupt(ke::Caller &caller, ULONG index) {
  TRY(TRY(HostOf(caller))->Granted().Disconnect(index));
  return STATUS_SUCCESS;
}

Answer WdmMapPhysical(ke::Caller &caller, ULONGLONG physical_address, SIZE_T length, ULONG cache_type,
                      UserOut<PVOID> base_address) {
  DriverHost &host = *TRY(HostOf(caller));
  if (length == 0 || physical_address + length < physical_address) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  if (!host.Granted().HoldsMemory(physical_address, length, true)) {
    Refused(host, "memory at", physical_address);
    return Fail(STATUS_ACCESS_DENIED);
  }
  const std::uint64_t first = AlignDown(physical_address, kPage);
  const std::uint64_t pages = (AlignUp(physical_address + length, kPage) - first) / kPage;
  const std::uint64_t start =
      TRY(Show(host, TRY(mm::Segment::CreateDevice(first, pages, CacheAttributes(cache_type)))));
  TRY(base_address.Write(reinterpret_cast<PVOID>(start + physical_address % kPage)));
  return STATUS_SUCCESS;
}

Answer WdmUnmapPhysical(ke::Caller &caller, UserPointer base_address, SIZE_T) {
  TRY(TRY(HostOf(caller))->Space().UnmapView(base_address.address));
  return STATUS_SUCCESS;
}

Answer WdmAllocateContiguous(ke::Caller &caller, SIZE_T length, ULONGLONG lowest, ULONGLONG highest, ULONGLONG boundary,
                             ULONG, UserOut<PVOID> base_address, UserOut<ULONGLONG> physical_address) {
  DriverHost &host = *TRY(HostOf(caller));
  if (length == 0 || (boundary & (boundary - 1)) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  if (length > ke::kMaximumContiguous * kPage) {
    return Fail(STATUS_NO_MEMORY);
  }
  const std::uint64_t limit = highest == ~std::uint64_t{0} ? highest : highest + 1;
  // The processor's caches are coherent with DMA on x86: all memory is mapped write back, whatever is asked.
  Ref<mm::Segment> pages = TRY(mm::Segment::CreateContiguous(AlignUp(length, kPage) / kPage, lowest, limit, boundary));
  const std::uint64_t physical = TRY(ke::FrameAddress(TRY(pages->Frame(0))));
  const std::uint64_t start = TRY(Show(host, pages));
  TRY(base_address.Write(reinterpret_cast<PVOID>(start)));
  TRY(physical_address.Write(physical));
  return STATUS_SUCCESS;
}

Answer WdmFreeContiguous(ke::Caller &caller, UserPointer base_address) {
  TRY(TRY(HostOf(caller))->Space().UnmapView(base_address.address));
  return STATUS_SUCCESS;
}

Answer WdmGetPhysicalPages(ke::Caller &caller, UserPointer address, ULONG count, UserPointer pages) {
  DriverHost &host = *TRY(HostOf(caller));
  if (count > kPagesAtOnce) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  TRY(ke::CheckRange(address.address, count * kPage));
  for (ULONG i = 0; i < count; i += 1) {
    const mm::FrameId frame = TRY(host.Space().Pin(address.address + i * kPage, false));
    // Resident memory of the host stays where it is for as long as the host keeps it.
    Defer release([frame] { ke::ReleaseFrame(frame); });
    const ULONGLONG number = TRY(ke::FrameAddress(frame)) / kPage;
    TRY(pages.Write(&number, sizeof(number), i * sizeof(number)));
  }
  return STATUS_SUCCESS;
}

Answer WdmMapRequest(ke::Caller &caller, ULONG id, UserOut<PVOID> address) {
  DriverHost &host = *TRY(HostOf(caller));
  HostCall *call = host.Find(id);
  if (call == nullptr) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  TRY(address.Write(reinterpret_cast<PVOID>(TRY(call->MapPages()))));
  return STATUS_SUCCESS;
}

Answer WdmOpenDriverImage(ke::Caller &caller, UserIn<UNICODE_STRING> file_name, UserOut<HANDLE> section_handle) {
  TRY(HostOf(caller));
  const ke::CapturedString text = TRY(ke::CapturedString::Create(file_name));
  ob::NameView name = text.View();
  ob::Name path;
  if (name.find(u'\\') == ob::NameView::npos) {
    path = TRY(ob::Name::Join(kDrivers, name));
    name = path.View();
  } else if (!ob::Equal(name.substr(0, kSystemRoot.size()), kSystemRoot, true)) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  const HANDLE handle = TRY(OpenImageSection(caller.Handles(), name));
  if (Result<void> told = section_handle.Write(handle); !told) {
    (void)caller.Handles().Close(handle);
    return std::unexpected(told.error());
  }
  return STATUS_SUCCESS;
}

Answer WdmDebugPrint(ke::Caller &caller, UserPointer text, ULONG length) {
  DriverHost &host = *TRY(HostOf(caller));
  std::array<char, kLongestText> copy;
  const ULONG taken = std::min(length, kLongestText);
  TRY(text.Read(copy.data(), taken));
  std::string_view rest(copy.data(), taken);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    ke::Line line;
    line << host.Name() << ": " << rest.substr(0, end);
    ke::Log(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return STATUS_SUCCESS;
}

Answer WdmBugCheck(ke::Caller &caller, ULONG code, UserPointer parameters) {
  DriverHost &host = *TRY(HostOf(caller));
  std::uint64_t words[4] = {};
  (void)parameters.Read(words, sizeof(words));
  ke::Line line;
  line << "*** Driver host " << host.Name() << ": bug check ";
  line.Hex(code) << " (";
  for (std::size_t i = 0; i < std::size(words); i += 1) {
    line << (i == 0 ? "" : ", ");
    line.Hex(words[i]);
  }
  ke::Log(line << ").");
  host.Process()->Terminate(STATUS_DRIVER_INTERNAL_ERROR);
  return Fail(STATUS_DRIVER_INTERNAL_ERROR);
}

}  // namespace wdm
