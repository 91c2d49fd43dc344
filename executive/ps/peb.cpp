// The PEB and the process parameters of a new process.

#include <ps/process.hpp>

#include <nt/nt.h>
#include <rtl/checked.hpp>

#include <memory>
#include <new>

namespace ps {
namespace {

// A block of parameters is a few strings of at most 64 KiB each and the environment.
constexpr ULONG kLargestParameters = 0x10'0000;
constexpr std::uint64_t kLargestEnvironment = 0x80'0000;

// Moves a string's pointer from the old block to the new one. Offsets of a block that was not normalised are moved too.
void Relocate(UNICODE_STRING &string, std::uint64_t old_base, std::uint64_t new_base) {
  if (string.Buffer != nullptr) {
    string.Buffer = reinterpret_cast<PWSTR>(reinterpret_cast<std::uint64_t>(string.Buffer) - old_base + new_base);
  }
}

Result<std::uint64_t> CopyEnvironment(ke::UserSpace &from, mm::AddressSpace &to, std::uint64_t source,
                                      std::uint64_t size) {
  mm::Range range{0, size};
  TRY(to.Allocate(range, {}, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
  for (std::uint64_t done = 0; done < size;) {
    std::span<std::byte> piece = TRY(from.Resolve(source + done, false));
    std::uint64_t count = std::min<std::uint64_t>(piece.size(), size - done);
    TRY(ke::CopyToUser(to, range.start + done, piece.data(), count));
    done += count;
  }
  return range.start;
}

// Bytes of an environment whose size nobody said: strings up to an empty one.
Result<std::uint64_t> MeasureEnvironment(ke::UserSpace &from, std::uint64_t source) {
  char16_t previous = 1;
  for (std::uint64_t size = 0; size < kLargestEnvironment; size += sizeof(char16_t)) {
    char16_t character = 0;
    TRY(ke::CopyFromUser(from, &character, source + size, sizeof(character)));
    if (character == 0 && (previous == 0 || size == 0)) {
      return size + sizeof(character);
    }
    previous = character;
  }
  return Fail(STATUS_INVALID_PARAMETER);
}

// A copy of the caller's RTL_USER_PROCESS_PARAMETERS in the new process, normalised: its address there.
Result<std::uint64_t> CopyParameters(ke::UserSpace &from, mm::AddressSpace &to, std::uint64_t source) {
  RTL_USER_PROCESS_PARAMETERS header;
  TRY(ke::CopyFromUser(from, &header, source, sizeof(header)));
  ULONG length = header.Length;
  if (length < sizeof(header) || header.MaximumLength < length || length > kLargestParameters) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  std::unique_ptr<std::byte[]> block(new (std::nothrow) std::byte[length]);
  if (!block) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(ke::CopyFromUser(from, block.get(), source, length));
  auto &parameters = *reinterpret_cast<RTL_USER_PROCESS_PARAMETERS *>(block.get());
  parameters.Length = length;  // as it was checked, whatever the caller has written meanwhile
  mm::Range range{0, header.MaximumLength > kLargestParameters ? length : header.MaximumLength};
  TRY(to.Allocate(range, {}, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
  std::uint64_t old_base = (parameters.Flags & RTL_USER_PROC_PARAMS_NORMALIZED) != 0 ? source : 0;
  parameters.Flags |= RTL_USER_PROC_PARAMS_NORMALIZED;
  for (UNICODE_STRING *string :
       {&parameters.CurrentDirectory.DosPath, &parameters.DllPath, &parameters.ImagePathName, &parameters.CommandLine,
        &parameters.WindowTitle, &parameters.DesktopInfo, &parameters.ShellInfo, &parameters.RuntimeData}) {
    Relocate(*string, old_base, range.start);
  }
  auto environment = reinterpret_cast<std::uint64_t>(parameters.Environment);
  if (environment != 0) {
    // Always a pointer, also in a block that is not normalised.
    std::uint64_t size = parameters.EnvironmentSize;
    if (size == 0) {
      size = TRY(MeasureEnvironment(from, environment));
    }
    if (size > kLargestEnvironment) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    parameters.Environment = reinterpret_cast<PVOID>(TRY(CopyEnvironment(from, to, environment, size)));
    parameters.EnvironmentSize = size;
  }
  TRY(ke::CopyToUser(to, range.start, block.get(), length));
  return range.start;
}

}  // namespace

Result<void> Process::MakePeb(ke::UserSpace *from, std::uint64_t parameters) {
  mm::Range range{0, sizeof(PEB)};
  TRY(space_->Allocate(range, {.limit = mm::kSharedUserData}, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
  peb_ = range.start;
  PEB peb{};
  if (parameters != 0) {
    peb.ProcessParameters =
        reinterpret_cast<PRTL_USER_PROCESS_PARAMETERS>(TRY(CopyParameters(*from, *space_, parameters)));
  }
  const pe::ImageInfo &image = Image();
  peb.ImageBaseAddress = reinterpret_cast<PVOID>(image_base_);
  peb.Mutant = reinterpret_cast<HANDLE>(~std::uintptr_t{0});
  peb.NumberOfProcessors = 1;
  peb.ActiveProcessAffinityMask = 1;
  peb.OSMajorVersion = 10;
  peb.OSMinorVersion = 0;
  peb.OSBuildNumber = 19041;
  peb.OSPlatformId = 2;  // VER_PLATFORM_WIN32_NT
  peb.ImageSubsystem = image.subsystem;
  peb.ImageSubsystemMajorVersion = image.major_subsystem_version;
  peb.ImageSubsystemMinorVersion = image.minor_subsystem_version;
  peb.HeapSegmentReserve = 0x10'0000;
  peb.HeapSegmentCommit = 0x2000;
  peb.HeapDeCommitTotalFreeThreshold = 0x1'0000;
  peb.HeapDeCommitFreeBlockThreshold = 0x1000;
  peb.CriticalSectionTimeout.QuadPart = -25'920'000'000'000;  // 30 days, as NT
  return ke::CopyToUser(*space_, peb_, &peb, sizeof(peb));
}

}  // namespace ps
