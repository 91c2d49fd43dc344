// Process parameters: one block with the structure, its strings, then a copy of the environment.
#include <nt/ntrtl_process.h>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

using Parameters = RTL_USER_PROCESS_PARAMETERS;

constexpr size_t kDirectoryBytes = 0x208;  // room for MAX_PATH: a changed current directory fits without a new buffer

// Each string of the parameters, for going through all of them.
constexpr size_t kStrings[] = {
    offsetof(Parameters, CurrentDirectory) + offsetof(CURDIR, DosPath),
    offsetof(Parameters, DllPath),
    offsetof(Parameters, ImagePathName),
    offsetof(Parameters, CommandLine),
    offsetof(Parameters, WindowTitle),
    offsetof(Parameters, DesktopInfo),
    offsetof(Parameters, ShellInfo),
    offsetof(Parameters, RuntimeData),
    offsetof(Parameters, RedirectionDllName),
    offsetof(Parameters, HeapPartitionName),
};

UNICODE_STRING &StringAt(Parameters *parameters, size_t offset) {
  return *reinterpret_cast<UNICODE_STRING *>(reinterpret_cast<char *>(parameters) + offset);
}

size_t RoundUp(size_t value) { return (value + sizeof(PVOID) - 1) & ~(sizeof(PVOID) - 1); }

size_t EnvironmentBytes(const WCHAR *environment) {
  if (environment == nullptr) {
    return 0;
  }
  size_t at = 0;
  while (environment[at] != 0) {
    at += WideLength(environment + at) + 1;
  }
  return (at + 1) * sizeof(WCHAR);
}

struct Source {
  const UNICODE_STRING *from;
  size_t offset;
  size_t maximum;  // bytes in the block
};

class Filler {
 public:
  explicit Filler(char *cursor) : cursor_(cursor) {}

  void Put(UNICODE_STRING &to, const Source &source) {
    const USHORT length = source.from != nullptr ? source.from->Length : USHORT{0};
    to.Length = length;
    to.MaximumLength = static_cast<USHORT>(source.maximum);
    to.Buffer = source.maximum != 0 ? reinterpret_cast<WCHAR *>(cursor_) : nullptr;
    if (length != 0) {
      memcpy(cursor_, source.from->Buffer, length);
    }
    if (length + sizeof(WCHAR) <= source.maximum) {
      to.Buffer[length / sizeof(WCHAR)] = 0;
    }
    cursor_ += RoundUp(source.maximum);
  }

  char *Cursor() const { return cursor_; }

 private:
  char *cursor_;
};

bool Sound(const UNICODE_STRING *string) {
  return string == nullptr || (string->Length % sizeof(WCHAR) == 0 && string->Length <= UNICODE_STRING_MAX_BYTES - 2 &&
                               (string->Buffer != nullptr || string->Length == 0));
}

size_t WithTerminator(const UNICODE_STRING *string) { return (string != nullptr ? string->Length : 0) + sizeof(WCHAR); }

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlCreateProcessParametersEx(PRTL_USER_PROCESS_PARAMETERS *result, PCUNICODE_STRING image_path,
                                            PCUNICODE_STRING dll_path, PCUNICODE_STRING directory,
                                            PCUNICODE_STRING command_line, PVOID environment, PCUNICODE_STRING title,
                                            PCUNICODE_STRING desktop, PCUNICODE_STRING shell_info,
                                            PCUNICODE_STRING runtime_data, ULONG flags) {
  *result = nullptr;
  if ((flags & ~RTL_USER_PROC_PARAMS_NORMALIZED) != 0 || image_path == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  const PebLockGuard guard;  // the caller's own directory and environment may be the sources
  Parameters *const own = CurrentPeb()->ProcessParameters;
  if (own != nullptr) {
    dll_path = dll_path != nullptr ? dll_path : &own->DllPath;
    directory = directory != nullptr ? directory : &own->CurrentDirectory.DosPath;
    environment = environment != nullptr ? environment : own->Environment;
  }
  command_line = command_line != nullptr ? command_line : image_path;
  const size_t directory_bytes = WithTerminator(directory) + sizeof(WCHAR);  // a separator may be added to it later
  const Source sources[] = {
      {directory, kStrings[0], directory_bytes > kDirectoryBytes ? directory_bytes : kDirectoryBytes},
      {dll_path, kStrings[1], WithTerminator(dll_path)},
      {image_path, kStrings[2], WithTerminator(image_path)},
      {command_line, kStrings[3], WithTerminator(command_line)},
      {title, kStrings[4], WithTerminator(title)},
      {desktop, kStrings[5], WithTerminator(desktop)},
      {shell_info, kStrings[6], WithTerminator(shell_info)},
      {runtime_data, kStrings[7], runtime_data != nullptr ? runtime_data->Length : size_t{0}},
  };
  size_t size = RoundUp(sizeof(Parameters));
  for (const Source &source : sources) {
    if (!Sound(source.from)) {
      return STATUS_INVALID_PARAMETER;
    }
    size += RoundUp(source.maximum);
  }
  const size_t environment_bytes = EnvironmentBytes(static_cast<const WCHAR *>(environment));
  if (environment_bytes > 0x7fff'ffff) {
    return STATUS_INVALID_PARAMETER;
  }
  auto *const parameters = static_cast<Parameters *>(AllocateZeroed(size + environment_bytes));
  if (parameters == nullptr) {
    return STATUS_NO_MEMORY;
  }
  parameters->MaximumLength = static_cast<ULONG>(size);
  parameters->Length = static_cast<ULONG>(size);
  parameters->Flags = RTL_USER_PROC_PARAMS_NORMALIZED;
  if (own != nullptr) {
    parameters->ConsoleFlags = own->ConsoleFlags;
  }
  Filler filler(reinterpret_cast<char *>(parameters) + RoundUp(sizeof(Parameters)));
  for (const Source &source : sources) {
    filler.Put(StringAt(parameters, source.offset), source);
  }
  if (environment_bytes != 0) {
    memcpy(filler.Cursor(), environment, environment_bytes);
    parameters->Environment = filler.Cursor();
    parameters->EnvironmentSize = environment_bytes;
  }
  *result = (flags & RTL_USER_PROC_PARAMS_NORMALIZED) != 0 ? parameters : RtlDeNormalizeProcessParams(parameters);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCreateProcessParameters(PRTL_USER_PROCESS_PARAMETERS *result, PCUNICODE_STRING image_path,
                                          PCUNICODE_STRING dll_path, PCUNICODE_STRING directory,
                                          PCUNICODE_STRING command_line, PVOID environment, PCUNICODE_STRING title,
                                          PCUNICODE_STRING desktop, PCUNICODE_STRING shell_info,
                                          PCUNICODE_STRING runtime_data) {
  return RtlCreateProcessParametersEx(result, image_path, dll_path, directory, command_line, environment, title,
                                      desktop, shell_info, runtime_data, 0);
}

NTSTATUS NTAPI RtlDestroyProcessParameters(PRTL_USER_PROCESS_PARAMETERS parameters) {
  Free(parameters);
  return STATUS_SUCCESS;
}

PRTL_USER_PROCESS_PARAMETERS NTAPI RtlNormalizeProcessParams(PRTL_USER_PROCESS_PARAMETERS parameters) {
  if (parameters != nullptr && (parameters->Flags & RTL_USER_PROC_PARAMS_NORMALIZED) == 0) {
    for (const size_t offset : kStrings) {
      if (UNICODE_STRING &string = StringAt(parameters, offset); string.Buffer != nullptr) {
        string.Buffer = reinterpret_cast<WCHAR *>(reinterpret_cast<uintptr_t>(parameters) +
                                                  reinterpret_cast<uintptr_t>(string.Buffer));
      }
    }
    parameters->Flags |= RTL_USER_PROC_PARAMS_NORMALIZED;
  }
  return parameters;
}

PRTL_USER_PROCESS_PARAMETERS NTAPI RtlDeNormalizeProcessParams(PRTL_USER_PROCESS_PARAMETERS parameters) {
  if (parameters != nullptr && (parameters->Flags & RTL_USER_PROC_PARAMS_NORMALIZED) != 0) {
    for (const size_t offset : kStrings) {
      if (UNICODE_STRING &string = StringAt(parameters, offset); string.Buffer != nullptr) {
        string.Buffer = reinterpret_cast<WCHAR *>(reinterpret_cast<uintptr_t>(string.Buffer) -
                                                  reinterpret_cast<uintptr_t>(parameters));
      }
    }
    parameters->Flags &= ~RTL_USER_PROC_PARAMS_NORMALIZED;
  }
  return parameters;
}

}  // extern "C"
