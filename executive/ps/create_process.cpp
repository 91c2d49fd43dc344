// NtCreateUserProcess and the first process.

#include <ps/services.hpp>

#include <ps/system_images.hpp>

#include <ob/attributes.hpp>
#include <ob/namespace.hpp>
#include <rtl/defer.hpp>

#include <cstring>

namespace ps {
namespace {

constexpr ULONG kKnownProcessFlags = PROCESS_CREATE_FLAGS_BREAKAWAY | PROCESS_CREATE_FLAGS_NO_DEBUG_INHERIT |
                                     PROCESS_CREATE_FLAGS_INHERIT_HANDLES | PROCESS_CREATE_FLAGS_SUSPENDED;
constexpr ULONG kKnownThreadFlags = THREAD_CREATE_FLAGS_CREATE_SUSPENDED | THREAD_CREATE_FLAGS_SKIP_THREAD_ATTACH |
                                    THREAD_CREATE_FLAGS_HIDE_FROM_DEBUGGER | THREAD_CREATE_FLAGS_LOADER_WORKER |
                                    THREAD_CREATE_FLAGS_SKIP_LOADER_INIT;
constexpr std::size_t kMaximumAttributes = PsAttributeMax;

// What the attribute list says.
struct Attributes {
  ke::CapturedString image_name;
  HANDLE parent = nullptr;
  UserPointer client_id;
  UserPointer teb_address;
  UserPointer image_information;
};

Result<void> Take(ke::Caller &caller, Attributes &to, const PS_ATTRIBUTE &attribute) {
  UserPointer pointer{&caller.Space(), attribute.Value};
  switch (attribute.Attribute & PS_ATTRIBUTE_NUMBER_MASK) {
    case PsAttributeImageName: {
      if (attribute.Size > UNICODE_STRING_MAX_BYTES || attribute.Size % sizeof(WCHAR) != 0) {
        return Fail(STATUS_INVALID_PARAMETER);
      }
      UNICODE_STRING name{};
      name.Length = name.MaximumLength = static_cast<USHORT>(attribute.Size);
      name.Buffer = reinterpret_cast<PWSTR>(attribute.ValuePtr);
      to.image_name = TRY(ke::CapturedString::Create(caller.Space(), name));
      return {};
    }
    case PsAttributeParentProcess:
      to.parent = attribute.ValuePtr;
      return {};
    case PsAttributeClientId:
      if (attribute.Size != sizeof(CLIENT_ID)) {
        return Fail(STATUS_INFO_LENGTH_MISMATCH);
      }
      to.client_id = pointer;
      return pointer.Probe(sizeof(CLIENT_ID), true);
    case PsAttributeTebAddress:
      if (attribute.Size != sizeof(PVOID)) {
        return Fail(STATUS_INFO_LENGTH_MISMATCH);
      }
      to.teb_address = pointer;
      return pointer.Probe(sizeof(PVOID), true);
    case PsAttributeImageInfo:
      if (attribute.Size != sizeof(SECTION_IMAGE_INFORMATION)) {
        return Fail(STATUS_INFO_LENGTH_MISMATCH);
      }
      to.image_information = pointer;
      return pointer.Probe(sizeof(SECTION_IMAGE_INFORMATION), true);
    case PsAttributeStdHandleInfo:
      return {};  // the standard handles are inherited
    case PsAttributeDebugObject:
    case PsAttributeToken:
    case PsAttributeJobList:
    case PsAttributeHandleList:
      return Fail(STATUS_NOT_IMPLEMENTED);
    default:
      return Fail(STATUS_INVALID_PARAMETER);
  }
}

Result<Attributes> ReadAttributes(ke::Caller &caller, UserPointer list) {
  Attributes attributes;
  if (!list) {
    return attributes;
  }
  SIZE_T total;
  TRY(list.Read(&total, sizeof(total)));
  if (total < sizeof(SIZE_T) || (total - sizeof(SIZE_T)) % sizeof(PS_ATTRIBUTE) != 0 ||
      (total - sizeof(SIZE_T)) / sizeof(PS_ATTRIBUTE) > kMaximumAttributes) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  for (SIZE_T offset = sizeof(SIZE_T); offset < total; offset += sizeof(PS_ATTRIBUTE)) {
    PS_ATTRIBUTE attribute;
    TRY(list.Read(&attribute, sizeof(attribute), offset));
    TRY(Take(caller, attributes, attribute));
  }
  return attributes;
}

// Tells the caller how far creation came (PS_CREATE_INFO.State); a failure of its own is the lesser one.
Status FailAt(UserPointer create_info, PS_CREATE_STATE state, Status status) {
  if (create_info) {
    (void)create_info.Write(&state, sizeof(state), offsetof(PS_CREATE_INFO, State));
  }
  return status;
}

SECTION_IMAGE_INFORMATION ImageInformation(const Process &process) {
  const pe::ImageInfo &image = process.Image();
  SECTION_IMAGE_INFORMATION information{};
  information.TransferAddress = reinterpret_cast<PVOID>(process.ImageBase() + image.entry_point);
  information.MaximumStackSize = image.stack_reserve;
  information.CommittedStackSize = image.stack_commit;
  information.SubSystemType = image.subsystem;
  information.SubSystemMajorVersion = image.major_subsystem_version;
  information.SubSystemMinorVersion = image.minor_subsystem_version;
  information.ImageCharacteristics = image.characteristics;
  information.DllCharacteristics = image.dll_characteristics;
  information.Machine = image.machine;
  information.ImageContainsCode = TRUE;
  information.ImageFileSize = static_cast<ULONG>(image.file_size);
  information.CheckSum = image.checksum;
  return information;
}

// The image's code starts at its entry point, with the PEB as its one argument.
Result<Ref<Thread>> FirstThread(const Ref<Process> &process, ULONG flags) {
  Thread::Start start;
  start.routine = reinterpret_cast<PVOID>(process->ImageBase() + process->Image().entry_point);
  start.argument = reinterpret_cast<PVOID>(process->Peb());
  start.flags = flags;
  return Thread::Create(process, start);
}

Result<void> WriteSuccess(UserPointer create_info, const Process &process) {
  if (!create_info) {
    return {};
  }
  PS_CREATE_INFO info{};
  info.Size = sizeof(info);
  info.State = PsCreateSuccess;
  info.SuccessState.PebAddressNative = process.Peb();
  return create_info.Write(&info, sizeof(info));
}

}  // namespace

Answer NtCreateUserProcess(ke::Caller &caller, UserOut<HANDLE> process_handle, UserOut<HANDLE> thread_handle,
                           ACCESS_MASK process_access, ACCESS_MASK thread_access,
                           UserIn<OBJECT_ATTRIBUTES> process_attributes, UserIn<OBJECT_ATTRIBUTES> thread_attributes,
                           ULONG process_flags, ULONG thread_flags, UserPointer parameters, UserPointer create_info,
                           UserPointer attribute_list) {
  if ((process_flags & ~kKnownProcessFlags) != 0 || (thread_flags & ~kKnownThreadFlags) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  if (create_info) {
    SIZE_T size;
    TRY(create_info.Read(&size, sizeof(size)));
    if (size != sizeof(PS_CREATE_INFO)) {
      return Fail(STATUS_INFO_LENGTH_MISMATCH);
    }
    TRY(create_info.Probe(sizeof(PS_CREATE_INFO), true));
  }
  Attributes attributes = TRY(ReadAttributes(caller, attribute_list));
  if (attributes.image_name.View().empty()) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  ob::CapturedAttributes process_name = TRY(ob::Capture(caller, process_attributes, ob::Purpose::kCreate));
  ob::CapturedAttributes thread_name = TRY(ob::Capture(caller, thread_attributes, ob::Purpose::kCreate));
  Ref<Process> parent = static_cast<Thread &>(caller).OwnerRef();
  if (attributes.parent != nullptr) {
    parent = TRY(caller.Handles().Reference<Process>(attributes.parent, PROCESS_CREATE_PROCESS));
  }

  Result<Ref<mm::FileBacking>> file = OpenImage(&caller, attributes.image_name.View());
  if (!file) {
    return std::unexpected(FailAt(create_info, PsCreateFailOnFileOpen, file.error()));
  }
  Result<Ref<mm::Segment>> image = mm::Segment::CreateImage(*file);
  if (!image) {
    return std::unexpected(FailAt(create_info, PsCreateFailOnSectionCreate, image.error()));
  }
  const pe::ImageInfo &info = (*image)->Image();
  if (info.IsDll() || info.entry_point == 0 || (info.characteristics & IMAGE_FILE_EXECUTABLE_IMAGE) == 0) {
    return std::unexpected(FailAt(create_info, PsCreateFailExeFormat, Status(STATUS_INVALID_IMAGE_FORMAT)));
  }
  Ref<Process> process = TRY(Process::Create(*image, (*file)->Path(), parent));
  // Until the first thread runs, a failure takes everything back.
  Defer undo([&] { process->Terminate(STATUS_UNSUCCESSFUL); });
  if ((process_flags & PROCESS_CREATE_FLAGS_INHERIT_HANDLES) != 0) {
    TRY(process->Handles().InheritFrom(parent->Handles()));
  }
  TRY(process->MakePeb(&caller.Space(), parameters.address));
  Ref<Thread> thread = TRY(FirstThread(process, thread_flags | ((process_flags & PROCESS_CREATE_FLAGS_SUSPENDED) != 0
                                                                    ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED
                                                                    : 0u)));
  ob::Created process_entry =
      TRY(ob::CurrentNamespace().Insert(caller.Handles(), process, process_name.For(&Process::kType), process_access));
  Defer close_process([&] { (void)caller.Handles().Close(process_entry.handle); });
  ob::Created thread_entry =
      TRY(ob::CurrentNamespace().Insert(caller.Handles(), thread, thread_name.For(&Thread::kType), thread_access));
  Defer close_thread([&] { (void)caller.Handles().Close(thread_entry.handle); });
  CLIENT_ID id = thread->Id();
  PVOID teb = reinterpret_cast<PVOID>(thread->Teb());
  SECTION_IMAGE_INFORMATION described = ImageInformation(*process);
  TRY(process_handle.Write(process_entry.handle));
  TRY(thread_handle.Write(thread_entry.handle));
  if (attributes.client_id) {
    TRY(attributes.client_id.Write(&id, sizeof(id)));
  }
  if (attributes.teb_address) {
    TRY(attributes.teb_address.Write(&teb, sizeof(teb)));
  }
  if (attributes.image_information) {
    TRY(attributes.image_information.Write(&described, sizeof(described)));
  }
  TRY(WriteSuccess(create_info, *process));
  undo.Dismiss();
  close_process.Dismiss();
  close_thread.Dismiss();
  thread->Launch();
  return STATUS_SUCCESS;
}

namespace {

// Process parameters of the first process, written where its PEB will be told: there is no caller whose memory they lie
// in.
class FirstParameters final : public ke::UserSpace {
 public:
  FirstParameters(std::u16string_view path, HANDLE console) {
    auto *parameters = new (block_) RTL_USER_PROCESS_PARAMETERS{};
    parameters->MaximumLength = sizeof(block_);
    parameters->Length = sizeof(block_);
    parameters->StandardInput = parameters->StandardOutput = parameters->StandardError = console;
    std::size_t offset = sizeof(*parameters);
    auto put = [&](UNICODE_STRING &string, std::u16string_view text) {
      string.Length = static_cast<USHORT>(text.size() * sizeof(char16_t));
      string.MaximumLength = static_cast<USHORT>(string.Length + sizeof(char16_t));
      string.Buffer = reinterpret_cast<PWSTR>(offset);
      std::memcpy(block_ + offset, text.data(), string.Length);
      offset += string.MaximumLength;
    };
    put(parameters->ImagePathName, path);
    put(parameters->CommandLine, path);
    put(parameters->CurrentDirectory.DosPath, u"X:\\");
    // An empty environment: smss makes its own from the registry.
    parameters->Environment = reinterpret_cast<PVOID>(kAddress + offset);
    parameters->EnvironmentSize = 2 * sizeof(char16_t);
  }
  static constexpr std::uint64_t kAddress = 0x1'0000;
  Result<std::span<std::byte>> Resolve(ke::UserAddress address, bool) override {
    if (address < kAddress || address - kAddress >= sizeof(block_)) {
      return Fail(STATUS_ACCESS_VIOLATION);
    }
    return std::span(block_).subspan(address - kAddress);
  }

 private:
  static constexpr std::size_t kText = 512;
  alignas(16) std::byte block_[sizeof(RTL_USER_PROCESS_PARAMETERS) + kText] = {};
};

}  // namespace

Result<Ref<Process>> StartSystemProcess(std::u16string_view path, ProcessRole &role) {
  Ref<mm::FileBacking> file = TRY(OpenImage(nullptr, path));
  Ref<mm::Segment> image = TRY(mm::Segment::CreateImage(file));
  Ref<Process> process = TRY(Process::Create(image, file->Path(), nullptr));
  Defer undo([&] {
    process->TakeRole(nullptr);
    process->Terminate(STATUS_UNSUCCESSFUL);
  });
  process->TakeRole(&role);
  FirstParameters parameters(path, nullptr);
  TRY(process->MakePeb(&parameters, FirstParameters::kAddress));
  Ref<Thread> thread = TRY(FirstThread(process, 0));
  undo.Dismiss();
  thread->Launch();
  return process;
}

Result<Ref<Process>> StartFirstProcess(std::u16string_view path,
                                       Result<HANDLE> (*open_console)(ob::HandleTable &handles)) {
  Ref<mm::FileBacking> file = TRY(OpenImage(nullptr, path));
  Ref<mm::Segment> image = TRY(mm::Segment::CreateImage(file));
  Ref<Process> process = TRY(Process::Create(image, file->Path(), nullptr));
  HANDLE console = TRY(open_console(process->Handles()));
  FirstParameters parameters(path, console);
  TRY(process->MakePeb(&parameters, FirstParameters::kAddress));
  Ref<Thread> thread = TRY(FirstThread(process, 0));
  thread->Launch();
  return process;
}

}  // namespace ps
