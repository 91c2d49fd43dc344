#include <ldr/boot.hpp>

#include <cm/key.hpp>
#include <io/file_object.hpp>
#include <io/init.hpp>
#include <ke/console.hpp>
#include <ob/namespace.hpp>
#include <ps/services.hpp>
#include <ps/system_images.hpp>

extern "C" const std::byte boot_volume_start[];
extern "C" const std::byte boot_volume_end[];

namespace ldr {
namespace {

constexpr std::u16string_view kConsole = u"\\Device\\Console";
constexpr std::u16string_view kHive = u"\\SystemRoot\\System32\\config\\SYSTEM";
constexpr std::u16string_view kNtdll = u"\\SystemRoot\\System32\\ntdll.dll";
constexpr std::u16string_view kSmss = u"\\SystemRoot\\System32\\smss.exe";

// The first process's standard handles are one inheritable handle to the console.
Result<HANDLE> OpenConsole(ob::HandleTable &handles) {
  ob::Found found = TRY(ob::CurrentNamespace().Lookup({.name = kConsole, .attributes = OBJ_CASE_INSENSITIVE}));
  Ref<io::Device> device = TRY(ob::As<io::Device>(found.object));
  constexpr ACCESS_MASK kAccess = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
  io::Opened opened = TRY(device->Open({.path = {}, .access = kAccess, .options = FILE_SYNCHRONOUS_IO_NONALERT}));
  ACCESS_MASK granted = opened.granted;
  Ref<io::FileObject> file = TRY(io::FileObject::Create(device, std::move(opened), FILE_SHARE_READ | FILE_SHARE_WRITE,
                                                        FILE_SYNCHRONOUS_IO_NONALERT));
  return handles.Insert(file, granted, OBJ_INHERIT);
}

}  // namespace

std::span<const std::byte> BootVolume() { return {boot_volume_start, boot_volume_end}; }

Result<void> LoadSystem(const char *&what) {
  what = "mount the boot volume";
  TRY(io::Initialise(ob::CurrentNamespace(), BootVolume(), ke::BootConsole()));
  what = "load \\SystemRoot\\System32\\config\\SYSTEM";
  Ref<mm::FileBacking> hive = TRY(io::OpenImage(nullptr, kHive));
  TRY(cm::Start(hive->Resident()));
  what = "load \\SystemRoot\\System32\\ntdll.dll";
  TRY(ps::UseNtdll(TRY(io::OpenImage(nullptr, kNtdll))));
  return {};
}

Result<void> StartSessionManager() {
  TRY(ps::StartFirstProcess(kSmss, &OpenConsole));
  return {};
}

}  // namespace ldr
