#include "native/console.hpp"

#include <nt/nt_services.h>

#include "native/handle.hpp"

namespace native::console {
namespace {

constexpr std::size_t kCapacity = 4096;
char pending[kCapacity];
std::size_t pending_size = 0;
NTSTATUS error = STATUS_SUCCESS;

RTL_USER_PROCESS_PARAMETERS &Parameters() { return *NtCurrentPeb()->ProcessParameters; }

NTSTATUS OpenDevice(ACCESS_MASK access, HANDLE &handle) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\Console");
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_INHERIT, nullptr, nullptr);
  IO_STATUS_BLOCK io{};
  return NtOpenFile(&handle, access | SYNCHRONIZE, &attributes, &io, FILE_SHARE_READ | FILE_SHARE_WRITE,
                    FILE_SYNCHRONOUS_IO_NONALERT);
}

// The final status of a transfer on a handle that may have been opened for asynchronous use.
NTSTATUS Completed(HANDLE handle, NTSTATUS status, const IO_STATUS_BLOCK &io) {
  if (status == STATUS_PENDING) {
    status = NtWaitForSingleObject(handle, FALSE, nullptr);
    return NT_SUCCESS(status) ? io.Status : status;
  }
  return status;
}

void Send(std::string_view text) {
  const HANDLE handle = Parameters().StandardOutput;
  while (!text.empty()) {
    IO_STATUS_BLOCK io{};
    const auto size = static_cast<ULONG>(text.size() < 0x10000 ? text.size() : 0x10000);
    NTSTATUS status =
        NtWriteFile(handle, nullptr, nullptr, nullptr, &io, const_cast<char *>(text.data()), size, nullptr, nullptr);
    status = Completed(handle, status, io);
    if (NT_SUCCESS(status) && io.Information == 0) {
      status = STATUS_DISK_FULL;  // no progress and no error: do not try for ever
    }
    if (!NT_SUCCESS(status)) {
      if (NT_SUCCESS(error)) {
        error = status;
      }
      return;
    }
    text.remove_prefix(io.Information < text.size() ? io.Information : text.size());
  }
}

}  // namespace

Result<void> Open() {
  RTL_USER_PROCESS_PARAMETERS &parameters = Parameters();
  if (parameters.StandardInput == nullptr) {
    const NTSTATUS status = OpenDevice(FILE_READ_DATA, parameters.StandardInput);
    if (!NT_SUCCESS(status)) {
      return Fail(status);
    }
  }
  for (HANDLE *output : {&parameters.StandardOutput, &parameters.StandardError}) {
    if (*output != nullptr) {
      continue;
    }
    const NTSTATUS status = OpenDevice(FILE_WRITE_DATA, *output);
    if (!NT_SUCCESS(status)) {
      return Fail(status);
    }
  }
  return {};
}

void Write(std::string_view text) {
  if (text.size() > kCapacity - pending_size) {
    Flush();
    if (text.size() >= kCapacity) {
      Send(text);
      return;
    }
  }
  __builtin_memcpy(pending + pending_size, text.data(), text.size());
  pending_size += text.size();
}

void Flush() {
  if (pending_size != 0) {
    const std::size_t size = std::exchange(pending_size, 0);
    Send({pending, size});
  }
}

Result<std::size_t> Read(std::span<char> buffer) {
  const HANDLE handle = Parameters().StandardInput;
  IO_STATUS_BLOCK io{};
  NTSTATUS status = NtReadFile(handle, nullptr, nullptr, nullptr, &io, buffer.data(), static_cast<ULONG>(buffer.size()),
                               nullptr, nullptr);
  status = Completed(handle, status, io);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  if (io.Information == 0 || io.Information > buffer.size()) {
    return Fail(STATUS_END_OF_FILE);
  }
  return io.Information;
}

NTSTATUS TakeError() { return std::exchange(error, STATUS_SUCCESS); }

}  // namespace native::console
