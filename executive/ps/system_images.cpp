#include <ps/system_images.hpp>

#include <nt/nt.h>
#include <ke/clock.hpp>
#include <ke/frames.hpp>
#include <pe/exports.hpp>

#include <algorithm>
#include <cstring>

namespace ps {
namespace {

constinit NtdllEntries entries;
constinit Ref<mm::Section> ntdll;
constinit mm::FrameId shared_frame = 0;
constinit KUSER_SHARED_DATA *shared = nullptr;
constinit ImageOpener image_opener = nullptr;

// Reads an image through the frames of its segment.
class SegmentReader final : public pe::ImageReader {
 public:
  explicit SegmentReader(mm::Segment &segment) : segment_(segment) {}
  bool Read(std::uint32_t rva, std::span<std::byte> out) const override {
    while (!out.empty()) {
      std::uint64_t page = rva / ke::kPageSize;
      if (page >= segment_.Pages()) {
        return false;
      }
      Result<mm::FrameId> frame = segment_.Frame(page);
      Result<std::byte *> bytes = frame ? ke::FrameBytes(*frame) : std::unexpected(frame.error());
      if (!bytes) {
        return false;
      }
      std::size_t offset = rva % ke::kPageSize;
      std::size_t count = std::min(out.size(), ke::kPageSize - offset);
      std::memcpy(out.data(), *bytes + offset, count);
      out = out.subspan(count);
      rva += static_cast<std::uint32_t>(count);
    }
    return true;
  }

 private:
  mm::Segment &segment_;
};

void Store(KSYSTEM_TIME &time, std::uint64_t value) {
  // Readers compare the two high parts: the second is written first, the first last.
  auto high = static_cast<LONG>(value >> 32);
  *const_cast<volatile LONG *>(&time.High2Time) = high;
  *const_cast<volatile ULONG *>(&time.LowPart) = static_cast<ULONG>(value);
  *const_cast<volatile LONG *>(&time.High1Time) = high;
}

class Clock final : public ke::TimeSource {
 public:
  ke::InterruptTime Now() const override { return ke::clock::InterruptTime(); }
  std::uint64_t SystemTime() const override { return ke::clock::SystemTime(); }
};

constinit Clock clock;
alignas(ke::Dispatcher) constinit std::byte dispatcher_storage[sizeof(ke::Dispatcher)] = {};
constinit ke::Dispatcher *dispatcher = nullptr;

}  // namespace

ke::Dispatcher &SystemDispatcher() {
  if (dispatcher == nullptr) {
    dispatcher = new (dispatcher_storage) ke::Dispatcher(clock);
  }
  return *dispatcher;
}

Result<void> UseNtdll(const Ref<mm::FileBacking> &file) {
  Ref<mm::Segment> segment = TRY(mm::Segment::CreateImage(file));
  std::span<const std::byte> bytes = file->Resident();
  pe::Image image = TRY(pe::Image::Parse(bytes));
  std::optional<IMAGE_DATA_DIRECTORY> directory = image.Directory(IMAGE_DIRECTORY_ENTRY_EXPORT);
  if (!directory) {
    return Fail(STATUS_INVALID_IMAGE_FORMAT);
  }
  SegmentReader reader(*segment);
  entries.base = image.Info().image_base;
  auto find = [&](std::string_view name) -> Result<std::uint64_t> {
    pe::Export found = TRY(pe::FindExport(reader, *directory, name));
    return entries.base + found.rva;
  };
  entries.ldr_initialize_thunk = TRY(find("LdrInitializeThunk"));
  entries.rtl_user_thread_start = TRY(find("RtlUserThreadStart"));
  entries.ki_user_exception_dispatcher = TRY(find("KiUserExceptionDispatcher"));
  ntdll = TRY(mm::Section::Create(segment, segment->Size(), PAGE_EXECUTE_WRITECOPY, SEC_IMAGE));
  return {};
}

const NtdllEntries &Ntdll() { return entries; }
const Ref<mm::Section> &NtdllSection() { return ntdll; }

Result<void> MakeSharedData() {
  shared_frame = TRY(ke::AllocateFrame(true));
  shared = reinterpret_cast<KUSER_SHARED_DATA *>(TRY(ke::FrameBytes(shared_frame)));
  constexpr std::u16string_view kRoot = u"X:";
  std::copy(kRoot.begin(), kRoot.end(), reinterpret_cast<char16_t *>(shared->NtSystemRoot));
  shared->TickCountMultiplier = static_cast<ULONG>((std::uint64_t{ke::clock::kTickIncrement} << 24) / 10'000);
  shared->NtProductType = 1;  // workstation
  shared->ProductTypeIsValid = TRUE;
  shared->NativeProcessorArchitecture = 9;  // PROCESSOR_ARCHITECTURE_AMD64
  shared->NtMajorVersion = 10;
  shared->NtMinorVersion = 0;
  shared->NtBuildNumber = 19041;
  shared->QpcFrequency = static_cast<LONGLONG>(ke::clock::kPerformanceFrequency);
  shared->ImageNumberLow = IMAGE_FILE_MACHINE_AMD64;
  shared->ImageNumberHigh = IMAGE_FILE_MACHINE_AMD64;
  shared->LargePageMinimum = 0x20'0000;
  shared->NumberOfPhysicalPages = static_cast<ULONG>(ke::CountFrames().total);
  for (int feature :
       {PF_COMPARE_EXCHANGE_DOUBLE, PF_MMX_INSTRUCTIONS_AVAILABLE, PF_XMMI_INSTRUCTIONS_AVAILABLE,
        PF_RDTSC_INSTRUCTION_AVAILABLE, PF_PAE_ENABLED, PF_XMMI64_INSTRUCTIONS_AVAILABLE,
        PF_SSE3_INSTRUCTIONS_AVAILABLE, PF_COMPARE_EXCHANGE128, PF_RDWRFSGSBASE_AVAILABLE, PF_FASTFAIL_AVAILABLE}) {
    shared->ProcessorFeatures[feature] = TRUE;
  }
  UpdateSharedData();
  return {};
}

mm::FrameId SharedDataFrame() { return shared_frame; }
KUSER_SHARED_DATA &SharedData() { return *shared; }

void UpdateSharedData() {
  std::uint64_t now = ke::clock::InterruptTime();
  Store(shared->InterruptTime, now);
  Store(shared->SystemTime, ke::clock::SystemTime());
  Store(shared->TickCount, now / ke::clock::kTickIncrement);
}

void UseImageOpener(ImageOpener opener) { image_opener = opener; }

Result<Ref<mm::FileBacking>> OpenImage(ke::Caller *caller, std::u16string_view path) {
  return image_opener(caller, path);
}

}  // namespace ps
