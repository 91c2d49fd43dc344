#include "native/process.hpp"

#include <rtl/defer.hpp>

#include "native/utf.hpp"

namespace native {
namespace {

Result<PRTL_USER_PROCESS_PARAMETERS> MakeParameters(const ProgramStart &start) {
  WideString image(start.image_path);
  WideString command_line(start.command_line);
  WideString directory(start.directory);
  std::optional<UNICODE_STRING> image_name = image.Unicode();
  std::optional<UNICODE_STRING> command = command_line.Unicode();
  std::optional<UNICODE_STRING> current = directory.Unicode();
  if (!image_name || !command || !current) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  PRTL_USER_PROCESS_PARAMETERS parameters = nullptr;
  const NTSTATUS status = RtlCreateProcessParametersEx(
      &parameters, &*image_name, nullptr, start.directory.empty() ? nullptr : &*current, &*command, nullptr, nullptr,
      nullptr, nullptr, nullptr, RTL_USER_PROC_PARAMS_NORMALIZED);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  const RTL_USER_PROCESS_PARAMETERS &own = *NtCurrentPeb()->ProcessParameters;
  parameters->StandardInput = own.StandardInput;
  parameters->StandardOutput = own.StandardOutput;
  parameters->StandardError = own.StandardError;
  return parameters;
}

}  // namespace

Result<Process> StartProgram(const ProgramStart &start) {
  WideString path(start.nt_path);
  if (!path.Unicode()) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  const PRTL_USER_PROCESS_PARAMETERS parameters = TRY(MakeParameters(start));
  const Defer free_parameters([&] { RtlDestroyProcessParameters(parameters); });

  Process result;
  struct {
    SIZE_T total_length;
    PS_ATTRIBUTE attributes[2];
  } list{};
  list.total_length = sizeof list;
  list.attributes[0].Attribute = PS_ATTRIBUTE_IMAGE_NAME;
  list.attributes[0].Size = path.Size() * sizeof(WCHAR);
  list.attributes[0].ValuePtr = path.Data();
  list.attributes[1].Attribute = PS_ATTRIBUTE_CLIENT_ID;
  list.attributes[1].Size = sizeof result.id;
  list.attributes[1].ValuePtr = &result.id;
  PS_CREATE_INFO create{};
  create.Size = sizeof create;
  create.State = PsCreateInitialState;
  const NTSTATUS status = NtCreateUserProcess(result.process.Out(), result.thread.Out(), PROCESS_ALL_ACCESS,
                                              THREAD_ALL_ACCESS, nullptr, nullptr, PROCESS_CREATE_FLAGS_INHERIT_HANDLES,
                                              0, parameters, &create, reinterpret_cast<PPS_ATTRIBUTE_LIST>(&list));
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return result;
}

Result<NTSTATUS> WaitForExit(const Process &process) {
  NTSTATUS status = NtWaitForSingleObject(process.process.Get(), FALSE, nullptr);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  PROCESS_BASIC_INFORMATION information{};
  status = NtQueryInformationProcess(process.process.Get(), ProcessBasicInformation, &information, sizeof information,
                                     nullptr);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return information.ExitStatus;
}

}  // namespace native
