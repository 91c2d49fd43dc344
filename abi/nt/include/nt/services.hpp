#pragma once
// The one table of system services: number (the index), name, arguments and how each is accessed. The Executive's
// dispatcher, ntdll's stubs and prototypes (tools/svcgen), tracing and the fuzzers' grammar are made from it. It holds
// no handler: executive/svc binds them, and a service without one answers STATUS_NOT_IMPLEMENTED.
//
// Prototypes: Windows Driver Kit (Zw* and Nt* reference) and the winternl / native API documentation.

#include <cstddef>
#include <string_view>

namespace nt {

enum class Access : unsigned char {
  kValue,    // a number, a flag word, a handle: used as it is
  kIn,       // pointer: read once
  kOut,      // pointer: written only
  kInOut,    // pointer: read, later written
  kPointer,  // address that the service interprets itself: buffers with a length argument, routines, base addresses
};

struct Argument {
  std::string_view type;  // what the value is, or what the pointer points to
  std::string_view name;
  Access access = Access::kValue;
  bool optional = false;  // the pointer may be null
};

inline constexpr std::size_t kMaximumArguments = 17;

struct Service {
  std::string_view name;
  Argument arguments[kMaximumArguments] = {};

  constexpr std::size_t Count() const {
    std::size_t count = 0;
    while (count < kMaximumArguments && !arguments[count].type.empty()) {
      count += 1;
    }
    return count;
  }
};

namespace table {
constexpr Argument V(std::string_view type, std::string_view name) { return {type, name}; }
constexpr Argument H(std::string_view name) { return {"HANDLE", name}; }
constexpr Argument In(std::string_view type, std::string_view name) { return {type, name, Access::kIn}; }
constexpr Argument InOpt(std::string_view type, std::string_view name) { return {type, name, Access::kIn, true}; }
constexpr Argument Out(std::string_view type, std::string_view name) { return {type, name, Access::kOut}; }
constexpr Argument OutOpt(std::string_view type, std::string_view name) { return {type, name, Access::kOut, true}; }
constexpr Argument InOut(std::string_view type, std::string_view name) { return {type, name, Access::kInOut}; }
constexpr Argument InOutOpt(std::string_view type, std::string_view name) { return {type, name, Access::kInOut, true}; }
constexpr Argument P(std::string_view name) { return {"PVOID", name, Access::kPointer, true}; }
constexpr Argument P(std::string_view type, std::string_view name) { return {type, name, Access::kPointer, true}; }
constexpr Argument OutHandle(std::string_view name) { return Out("HANDLE", name); }
constexpr Argument DesiredAccess() { return V("ACCESS_MASK", "DesiredAccess"); }
constexpr Argument Attributes() { return In("OBJECT_ATTRIBUTES", "ObjectAttributes"); }
constexpr Argument AttributesOpt() { return InOpt("OBJECT_ATTRIBUTES", "ObjectAttributes"); }
constexpr Argument IoStatus() { return Out("IO_STATUS_BLOCK", "IoStatusBlock"); }
constexpr Argument Ulong(std::string_view name) { return V("ULONG", name); }
constexpr Argument Boolean(std::string_view name) { return V("BOOLEAN", name); }
constexpr Argument ReturnLength() { return OutOpt("ULONG", "ReturnLength"); }
}  // namespace table

namespace table {
inline constexpr Service kTable[] = {
    {"NtAdjustPrivilegesToken",
     {H("TokenHandle"), Boolean("DisableAllPrivileges"), P("NewState"), Ulong("BufferLength"), P("PreviousState"),
      ReturnLength()}},
    {"NtAlertResumeThread", {H("ThreadHandle"), OutOpt("ULONG", "PreviousSuspendCount")}},
    {"NtAlertThread", {H("ThreadHandle")}},
    {"NtAlertThreadByThreadId", {H("ThreadId")}},
    {"NtAllocateLocallyUniqueId", {Out("LUID", "Luid")}},
    {"NtAllocateVirtualMemory",
     {H("ProcessHandle"), InOut("PVOID", "BaseAddress"), V("ULONG_PTR", "ZeroBits"), InOut("SIZE_T", "RegionSize"),
      Ulong("AllocationType"), Ulong("Protect")}},
    {"NtAreMappedFilesTheSame", {P("File1MappedAsAnImage"), P("File2MappedAsFile")}},
    {"NtCancelIoFile", {H("FileHandle"), IoStatus()}},
    {"NtCancelIoFileEx", {H("FileHandle"), InOpt("IO_STATUS_BLOCK", "IoRequestToCancel"), IoStatus()}},
    {"NtCancelTimer", {H("TimerHandle"), OutOpt("BOOLEAN", "CurrentState")}},
    {"NtClearEvent", {H("EventHandle")}},
    {"NtClose", {H("Handle")}},
    {"NtCompareObjects", {H("FirstObjectHandle"), H("SecondObjectHandle")}},
    {"NtCreateDirectoryObject", {OutHandle("DirectoryHandle"), DesiredAccess(), AttributesOpt()}},
    {"NtCreateEvent",
     {OutHandle("EventHandle"), DesiredAccess(), AttributesOpt(), V("EVENT_TYPE", "EventType"),
      Boolean("InitialState")}},
    {"NtCreateFile",
     {OutHandle("FileHandle"), DesiredAccess(), Attributes(), IoStatus(), InOpt("LARGE_INTEGER", "AllocationSize"),
      Ulong("FileAttributes"), Ulong("ShareAccess"), Ulong("CreateDisposition"), Ulong("CreateOptions"), P("EaBuffer"),
      Ulong("EaLength")}},
    {"NtCreateIoCompletion", {OutHandle("IoCompletionHandle"), DesiredAccess(), AttributesOpt(), Ulong("Count")}},
    {"NtCreateKey",
     {OutHandle("KeyHandle"), DesiredAccess(), Attributes(), Ulong("TitleIndex"), InOpt("UNICODE_STRING", "Class"),
      Ulong("CreateOptions"), OutOpt("ULONG", "Disposition")}},
    {"NtCreateMutant", {OutHandle("MutantHandle"), DesiredAccess(), AttributesOpt(), Boolean("InitialOwner")}},
    {"NtCreateSection",
     {OutHandle("SectionHandle"), DesiredAccess(), AttributesOpt(), InOpt("LARGE_INTEGER", "MaximumSize"),
      Ulong("SectionPageProtection"), Ulong("AllocationAttributes"), H("FileHandle")}},
    {"NtCreateSemaphore",
     {OutHandle("SemaphoreHandle"), DesiredAccess(), AttributesOpt(), V("LONG", "InitialCount"),
      V("LONG", "MaximumCount")}},
    {"NtCreateSymbolicLinkObject",
     {OutHandle("LinkHandle"), DesiredAccess(), Attributes(), In("UNICODE_STRING", "LinkTarget")}},
    {"NtCreateThreadEx",
     {OutHandle("ThreadHandle"), DesiredAccess(), AttributesOpt(), H("ProcessHandle"), P("StartRoutine"), P("Argument"),
      Ulong("CreateFlags"), V("SIZE_T", "ZeroBits"), V("SIZE_T", "StackSize"), V("SIZE_T", "MaximumStackSize"),
      P("PPS_ATTRIBUTE_LIST", "AttributeList")}},
    {"NtCreateTimer", {OutHandle("TimerHandle"), DesiredAccess(), AttributesOpt(), V("TIMER_TYPE", "TimerType")}},
    {"NtCreateUserProcess",
     {OutHandle("ProcessHandle"), OutHandle("ThreadHandle"), V("ACCESS_MASK", "ProcessDesiredAccess"),
      V("ACCESS_MASK", "ThreadDesiredAccess"), InOpt("OBJECT_ATTRIBUTES", "ProcessObjectAttributes"),
      InOpt("OBJECT_ATTRIBUTES", "ThreadObjectAttributes"), Ulong("ProcessFlags"), Ulong("ThreadFlags"),
      P("ProcessParameters"), P("PPS_CREATE_INFO", "CreateInfo"), P("PPS_ATTRIBUTE_LIST", "AttributeList")}},
    {"NtDelayExecution", {Boolean("Alertable"), In("LARGE_INTEGER", "DelayInterval")}},
    {"NtDeleteFile", {Attributes()}},
    {"NtDeleteKey", {H("KeyHandle")}},
    {"NtDeleteValueKey", {H("KeyHandle"), In("UNICODE_STRING", "ValueName")}},
    {"NtDeviceIoControlFile",
     {H("FileHandle"), H("Event"), P("PIO_APC_ROUTINE", "ApcRoutine"), P("ApcContext"), IoStatus(),
      Ulong("IoControlCode"), P("InputBuffer"), Ulong("InputBufferLength"), P("OutputBuffer"),
      Ulong("OutputBufferLength")}},
    {"NtDisplayString", {In("UNICODE_STRING", "String")}},
    {"NtDuplicateObject",
     {H("SourceProcessHandle"), H("SourceHandle"), H("TargetProcessHandle"), OutOpt("HANDLE", "TargetHandle"),
      DesiredAccess(), Ulong("HandleAttributes"), Ulong("Options")}},
    {"NtEnumerateKey",
     {H("KeyHandle"), Ulong("Index"), V("KEY_INFORMATION_CLASS", "KeyInformationClass"), P("KeyInformation"),
      Ulong("Length"), Out("ULONG", "ResultLength")}},
    {"NtEnumerateValueKey",
     {H("KeyHandle"), Ulong("Index"), V("KEY_VALUE_INFORMATION_CLASS", "KeyValueInformationClass"),
      P("KeyValueInformation"), Ulong("Length"), Out("ULONG", "ResultLength")}},
    {"NtFlushBuffersFile", {H("FileHandle"), IoStatus()}},
    {"NtFlushInstructionCache", {H("ProcessHandle"), P("BaseAddress"), V("SIZE_T", "Length")}},
    {"NtFlushKey", {H("KeyHandle")}},
    {"NtFlushProcessWriteBuffers", {}},
    {"NtFlushVirtualMemory",
     {H("ProcessHandle"), InOut("PVOID", "BaseAddress"), InOut("SIZE_T", "RegionSize"),
      Out("IO_STATUS_BLOCK", "IoStatus")}},
    {"NtFreeVirtualMemory",
     {H("ProcessHandle"), InOut("PVOID", "BaseAddress"), InOut("SIZE_T", "RegionSize"), Ulong("FreeType")}},
    {"NtFsControlFile",
     {H("FileHandle"), H("Event"), P("PIO_APC_ROUTINE", "ApcRoutine"), P("ApcContext"), IoStatus(),
      Ulong("FsControlCode"), P("InputBuffer"), Ulong("InputBufferLength"), P("OutputBuffer"),
      Ulong("OutputBufferLength")}},
    {"NtGetContextThread", {H("ThreadHandle"), InOut("CONTEXT", "ThreadContext")}},
    {"NtGetCurrentProcessorNumber", {}},
    {"NtGetNextProcess",
     {H("ProcessHandle"), DesiredAccess(), Ulong("HandleAttributes"), Ulong("Flags"), OutHandle("NewProcessHandle")}},
    {"NtGetNextThread",
     {H("ProcessHandle"), H("ThreadHandle"), DesiredAccess(), Ulong("HandleAttributes"), Ulong("Flags"),
      OutHandle("NewThreadHandle")}},
    {"NtIsProcessInJob", {H("ProcessHandle"), H("JobHandle")}},
    {"NtLoadDriver", {In("UNICODE_STRING", "DriverServiceName")}},
    {"NtLockFile",
     {H("FileHandle"), H("Event"), P("PIO_APC_ROUTINE", "ApcRoutine"), P("ApcContext"), IoStatus(),
      In("LARGE_INTEGER", "ByteOffset"), In("LARGE_INTEGER", "Length"), Ulong("Key"), Boolean("FailImmediately"),
      Boolean("ExclusiveLock")}},
    {"NtLockVirtualMemory",
     {H("ProcessHandle"), InOut("PVOID", "BaseAddress"), InOut("SIZE_T", "RegionSize"), Ulong("MapType")}},
    {"NtMakePermanentObject", {H("Handle")}},
    {"NtMakeTemporaryObject", {H("Handle")}},
    {"NtMapViewOfSection",
     {H("SectionHandle"), H("ProcessHandle"), InOut("PVOID", "BaseAddress"), V("ULONG_PTR", "ZeroBits"),
      V("SIZE_T", "CommitSize"), InOutOpt("LARGE_INTEGER", "SectionOffset"), InOut("SIZE_T", "ViewSize"),
      V("SECTION_INHERIT", "InheritDisposition"), Ulong("AllocationType"), Ulong("Win32Protect")}},
    {"NtNotifyChangeKey",
     {H("KeyHandle"), H("Event"), P("PIO_APC_ROUTINE", "ApcRoutine"), P("ApcContext"), IoStatus(),
      Ulong("CompletionFilter"), Boolean("WatchTree"), P("Buffer"), Ulong("BufferSize"), Boolean("Asynchronous")}},
    {"NtOpenDirectoryObject", {OutHandle("DirectoryHandle"), DesiredAccess(), Attributes()}},
    {"NtOpenEvent", {OutHandle("EventHandle"), DesiredAccess(), Attributes()}},
    {"NtOpenFile",
     {OutHandle("FileHandle"), DesiredAccess(), Attributes(), IoStatus(), Ulong("ShareAccess"), Ulong("OpenOptions")}},
    {"NtOpenKey", {OutHandle("KeyHandle"), DesiredAccess(), Attributes()}},
    {"NtOpenKeyEx", {OutHandle("KeyHandle"), DesiredAccess(), Attributes(), Ulong("OpenOptions")}},
    {"NtOpenMutant", {OutHandle("MutantHandle"), DesiredAccess(), Attributes()}},
    {"NtOpenProcess", {OutHandle("ProcessHandle"), DesiredAccess(), Attributes(), InOpt("CLIENT_ID", "ClientId")}},
    {"NtOpenProcessToken", {H("ProcessHandle"), DesiredAccess(), OutHandle("TokenHandle")}},
    {"NtOpenSection", {OutHandle("SectionHandle"), DesiredAccess(), Attributes()}},
    {"NtOpenSemaphore", {OutHandle("SemaphoreHandle"), DesiredAccess(), Attributes()}},
    {"NtOpenSymbolicLinkObject", {OutHandle("LinkHandle"), DesiredAccess(), Attributes()}},
    {"NtOpenThread", {OutHandle("ThreadHandle"), DesiredAccess(), Attributes(), InOpt("CLIENT_ID", "ClientId")}},
    {"NtOpenTimer", {OutHandle("TimerHandle"), DesiredAccess(), Attributes()}},
    {"NtPlugPlayControl",
     {V("PLUGPLAY_CONTROL_CLASS", "PnPControlClass"), P("PnPControlData"), Ulong("PnPControlDataLength")}},
    {"NtProtectVirtualMemory",
     {H("ProcessHandle"), InOut("PVOID", "BaseAddress"), InOut("SIZE_T", "RegionSize"), Ulong("NewProtect"),
      Out("ULONG", "OldProtect")}},
    {"NtPulseEvent", {H("EventHandle"), OutOpt("LONG", "PreviousState")}},
    {"NtQueryAttributesFile", {Attributes(), Out("FILE_BASIC_INFORMATION", "FileInformation")}},
    {"NtQueryDirectoryFile",
     {H("FileHandle"), H("Event"), P("PIO_APC_ROUTINE", "ApcRoutine"), P("ApcContext"), IoStatus(),
      P("FileInformation"), Ulong("Length"), V("FILE_INFORMATION_CLASS", "FileInformationClass"),
      Boolean("ReturnSingleEntry"), InOpt("UNICODE_STRING", "FileName"), Boolean("RestartScan")}},
    {"NtQueryDirectoryObject",
     {H("DirectoryHandle"), P("Buffer"), Ulong("Length"), Boolean("ReturnSingleEntry"), Boolean("RestartScan"),
      InOut("ULONG", "Context"), ReturnLength()}},
    {"NtQueryEvent",
     {H("EventHandle"), V("EVENT_INFORMATION_CLASS", "EventInformationClass"), P("EventInformation"),
      Ulong("EventInformationLength"), ReturnLength()}},
    {"NtQueryFullAttributesFile", {Attributes(), Out("FILE_NETWORK_OPEN_INFORMATION", "FileInformation")}},
    {"NtQueryInformationFile",
     {H("FileHandle"), IoStatus(), P("FileInformation"), Ulong("Length"),
      V("FILE_INFORMATION_CLASS", "FileInformationClass")}},
    {"NtQueryInformationProcess",
     {H("ProcessHandle"), V("PROCESSINFOCLASS", "ProcessInformationClass"), P("ProcessInformation"),
      Ulong("ProcessInformationLength"), ReturnLength()}},
    {"NtQueryInformationThread",
     {H("ThreadHandle"), V("THREADINFOCLASS", "ThreadInformationClass"), P("ThreadInformation"),
      Ulong("ThreadInformationLength"), ReturnLength()}},
    {"NtQueryInformationToken",
     {H("TokenHandle"), V("TOKEN_INFORMATION_CLASS", "TokenInformationClass"), P("TokenInformation"),
      Ulong("TokenInformationLength"), Out("ULONG", "ReturnLength")}},
    {"NtQueryKey",
     {H("KeyHandle"), V("KEY_INFORMATION_CLASS", "KeyInformationClass"), P("KeyInformation"), Ulong("Length"),
      Out("ULONG", "ResultLength")}},
    {"NtQueryMutant",
     {H("MutantHandle"), V("MUTANT_INFORMATION_CLASS", "MutantInformationClass"), P("MutantInformation"),
      Ulong("MutantInformationLength"), ReturnLength()}},
    {"NtQueryObject",
     {H("Handle"), V("OBJECT_INFORMATION_CLASS", "ObjectInformationClass"), P("ObjectInformation"),
      Ulong("ObjectInformationLength"), ReturnLength()}},
    {"NtQueryPerformanceCounter",
     {Out("LARGE_INTEGER", "PerformanceCounter"), OutOpt("LARGE_INTEGER", "PerformanceFrequency")}},
    {"NtQuerySection",
     {H("SectionHandle"), V("SECTION_INFORMATION_CLASS", "SectionInformationClass"), P("SectionInformation"),
      V("SIZE_T", "SectionInformationLength"), OutOpt("SIZE_T", "ReturnLength")}},
    {"NtQuerySecurityObject",
     {H("Handle"), Ulong("SecurityInformation"), P("SecurityDescriptor"), Ulong("Length"),
      Out("ULONG", "LengthNeeded")}},
    {"NtQuerySemaphore",
     {H("SemaphoreHandle"), V("SEMAPHORE_INFORMATION_CLASS", "SemaphoreInformationClass"), P("SemaphoreInformation"),
      Ulong("SemaphoreInformationLength"), ReturnLength()}},
    {"NtQuerySymbolicLinkObject",
     {H("LinkHandle"), InOut("UNICODE_STRING", "LinkTarget"), OutOpt("ULONG", "ReturnedLength")}},
    {"NtQuerySystemInformation",
     {V("SYSTEM_INFORMATION_CLASS", "SystemInformationClass"), P("SystemInformation"), Ulong("SystemInformationLength"),
      ReturnLength()}},
    {"NtQuerySystemTime", {Out("LARGE_INTEGER", "SystemTime")}},
    {"NtQueryTimer",
     {H("TimerHandle"), V("TIMER_INFORMATION_CLASS", "TimerInformationClass"), P("TimerInformation"),
      Ulong("TimerInformationLength"), ReturnLength()}},
    {"NtQueryTimerResolution", {Out("ULONG", "MaximumTime"), Out("ULONG", "MinimumTime"), Out("ULONG", "CurrentTime")}},
    {"NtQueryValueKey",
     {H("KeyHandle"), In("UNICODE_STRING", "ValueName"), V("KEY_VALUE_INFORMATION_CLASS", "KeyValueInformationClass"),
      P("KeyValueInformation"), Ulong("Length"), Out("ULONG", "ResultLength")}},
    {"NtQueryVirtualMemory",
     {H("ProcessHandle"), P("BaseAddress"), V("MEMORY_INFORMATION_CLASS", "MemoryInformationClass"),
      P("MemoryInformation"), V("SIZE_T", "MemoryInformationLength"), OutOpt("SIZE_T", "ReturnLength")}},
    {"NtQueryVolumeInformationFile",
     {H("FileHandle"), IoStatus(), P("FsInformation"), Ulong("Length"),
      V("FS_INFORMATION_CLASS", "FsInformationClass")}},
    {"NtQueueApcThread",
     {H("ThreadHandle"), P("PPS_APC_ROUTINE", "ApcRoutine"), P("ApcArgument1"), P("ApcArgument2"), P("ApcArgument3")}},
    {"NtRaiseException",
     {In("EXCEPTION_RECORD", "ExceptionRecord"), In("CONTEXT", "ContextRecord"), Boolean("FirstChance")}},
    {"NtRaiseHardError",
     {V("NTSTATUS", "ErrorStatus"), Ulong("NumberOfParameters"), Ulong("UnicodeStringParameterMask"), P("Parameters"),
      Ulong("ValidResponseOptions"), Out("ULONG", "Response")}},
    {"NtReadFile",
     {H("FileHandle"), H("Event"), P("PIO_APC_ROUTINE", "ApcRoutine"), P("ApcContext"), IoStatus(), P("Buffer"),
      Ulong("Length"), InOpt("LARGE_INTEGER", "ByteOffset"), InOpt("ULONG", "Key")}},
    {"NtReadVirtualMemory",
     {H("ProcessHandle"), P("BaseAddress"), P("Buffer"), V("SIZE_T", "BufferSize"),
      OutOpt("SIZE_T", "NumberOfBytesRead")}},
    {"NtReleaseMutant", {H("MutantHandle"), OutOpt("LONG", "PreviousCount")}},
    {"NtReleaseSemaphore", {H("SemaphoreHandle"), V("LONG", "ReleaseCount"), OutOpt("LONG", "PreviousCount")}},
    {"NtRemoveIoCompletion",
     {H("IoCompletionHandle"), Out("PVOID", "KeyContext"), Out("PVOID", "ApcContext"), IoStatus(),
      InOpt("LARGE_INTEGER", "Timeout")}},
    {"NtRenameKey", {H("KeyHandle"), In("UNICODE_STRING", "NewName")}},
    {"NtResetEvent", {H("EventHandle"), OutOpt("LONG", "PreviousState")}},
    {"NtResumeProcess", {H("ProcessHandle")}},
    {"NtResumeThread", {H("ThreadHandle"), OutOpt("ULONG", "PreviousSuspendCount")}},
    {"NtSetContextThread", {H("ThreadHandle"), In("CONTEXT", "ThreadContext")}},
    {"NtSetEvent", {H("EventHandle"), OutOpt("LONG", "PreviousState")}},
    {"NtSetInformationFile",
     {H("FileHandle"), IoStatus(), P("FileInformation"), Ulong("Length"),
      V("FILE_INFORMATION_CLASS", "FileInformationClass")}},
    {"NtSetInformationObject",
     {H("Handle"), V("OBJECT_INFORMATION_CLASS", "ObjectInformationClass"), P("ObjectInformation"),
      Ulong("ObjectInformationLength")}},
    {"NtSetInformationProcess",
     {H("ProcessHandle"), V("PROCESSINFOCLASS", "ProcessInformationClass"), P("ProcessInformation"),
      Ulong("ProcessInformationLength")}},
    {"NtSetInformationThread",
     {H("ThreadHandle"), V("THREADINFOCLASS", "ThreadInformationClass"), P("ThreadInformation"),
      Ulong("ThreadInformationLength")}},
    {"NtSetIoCompletion",
     {H("IoCompletionHandle"), P("KeyContext"), P("ApcContext"), V("NTSTATUS", "IoStatus"),
      V("ULONG_PTR", "IoStatusInformation")}},
    {"NtSetSystemTime", {InOpt("LARGE_INTEGER", "SystemTime"), OutOpt("LARGE_INTEGER", "PreviousTime")}},
    {"NtSetTimer",
     {H("TimerHandle"), In("LARGE_INTEGER", "DueTime"), P("PTIMER_APC_ROUTINE", "TimerApcRoutine"), P("TimerContext"),
      Boolean("ResumeTimer"), V("LONG", "Period"), OutOpt("BOOLEAN", "PreviousState")}},
    {"NtSetTimerResolution", {Ulong("DesiredTime"), Boolean("SetResolution"), Out("ULONG", "ActualTime")}},
    {"NtSetValueKey",
     {H("KeyHandle"), In("UNICODE_STRING", "ValueName"), Ulong("TitleIndex"), Ulong("Type"), P("Data"),
      Ulong("DataSize")}},
    {"NtSetVolumeInformationFile",
     {H("FileHandle"), IoStatus(), P("FsInformation"), Ulong("Length"),
      V("FS_INFORMATION_CLASS", "FsInformationClass")}},
    {"NtShutdownSystem", {V("SHUTDOWN_ACTION", "Action")}},
    {"NtSignalAndWaitForSingleObject",
     {H("SignalHandle"), H("WaitHandle"), Boolean("Alertable"), InOpt("LARGE_INTEGER", "Timeout")}},
    {"NtSuspendProcess", {H("ProcessHandle")}},
    {"NtSuspendThread", {H("ThreadHandle"), OutOpt("ULONG", "PreviousSuspendCount")}},
    {"NtTerminateProcess", {H("ProcessHandle"), V("NTSTATUS", "ExitStatus")}},
    {"NtTerminateThread", {H("ThreadHandle"), V("NTSTATUS", "ExitStatus")}},
    {"NtTestAlert", {}},
    {"NtUnloadDriver", {In("UNICODE_STRING", "DriverServiceName")}},
    {"NtUnlockFile",
     {H("FileHandle"), IoStatus(), In("LARGE_INTEGER", "ByteOffset"), In("LARGE_INTEGER", "Length"), Ulong("Key")}},
    {"NtUnlockVirtualMemory",
     {H("ProcessHandle"), InOut("PVOID", "BaseAddress"), InOut("SIZE_T", "RegionSize"), Ulong("MapType")}},
    {"NtUnmapViewOfSection", {H("ProcessHandle"), P("BaseAddress")}},
    {"NtWaitForAlertByThreadId", {P("Address"), InOpt("LARGE_INTEGER", "Timeout")}},
    {"NtWaitForMultipleObjects",
     {Ulong("Count"), P("HANDLE *", "Handles"), V("WAIT_TYPE", "WaitType"), Boolean("Alertable"),
      InOpt("LARGE_INTEGER", "Timeout")}},
    {"NtWaitForSingleObject", {H("Handle"), Boolean("Alertable"), InOpt("LARGE_INTEGER", "Timeout")}},
    {"NtWriteFile",
     {H("FileHandle"), H("Event"), P("PIO_APC_ROUTINE", "ApcRoutine"), P("ApcContext"), IoStatus(), P("Buffer"),
      Ulong("Length"), InOpt("LARGE_INTEGER", "ByteOffset"), InOpt("ULONG", "Key")}},
    {"NtWriteVirtualMemory",
     {H("ProcessHandle"), P("BaseAddress"), P("Buffer"), V("SIZE_T", "BufferSize"),
      OutOpt("SIZE_T", "NumberOfBytesWritten")}},
    {"NtYieldExecution", {}},

    // For driver hosts alone (<wdm/host.h>, ARCHITECTURE.md 2.4); everybody else gets STATUS_ACCESS_DENIED. Their stubs
    // are in wdm.dll. None of them waits but WdmOpenDevice, which hosts run through their ring.
    {"WdmAttachHost", {Out("WDM_HOST_INFO", "Info")}},
    {"WdmCreateDevice",
     {In("WDM_DEVICE_CREATE", "Create"), InOpt("UNICODE_STRING", "DeviceName"), Out("ULONGLONG", "Device")}},
    {"WdmDeleteDevice", {V("ULONGLONG", "Device")}},
    {"WdmUpdateDevice", {V("ULONGLONG", "Device"), In("WDM_DEVICE_STATE", "State")}},
    {"WdmAttachDevice", {V("ULONGLONG", "Upper"), V("ULONGLONG", "Lower")}},
    {"WdmDetachDevice", {V("ULONGLONG", "Upper")}},
    {"WdmOpenDevice",
     {In("UNICODE_STRING", "Name"), DesiredAccess(), OutHandle("FileHandle"), Out("WDM_DEVICE_OPENED", "Opened")}},
    {"WdmSetTimer", {V("ULONGLONG", "InterruptTime")}},
    {"WdmConnectInterrupt", {InOut("WDM_INTERRUPT", "Interrupt")}},
    {"WdmDisconnectInterrupt", {Ulong("Index")}},
    {"WdmMapPhysical",
     {V("ULONGLONG", "PhysicalAddress"), V("SIZE_T", "Length"), Ulong("CacheType"), Out("PVOID", "BaseAddress")}},
    {"WdmUnmapPhysical", {P("BaseAddress"), V("SIZE_T", "Length")}},
    {"WdmAllocateContiguous",
     {V("SIZE_T", "Length"), V("ULONGLONG", "Lowest"), V("ULONGLONG", "Highest"), V("ULONGLONG", "Boundary"),
      Ulong("CacheType"), Out("PVOID", "BaseAddress"), Out("ULONGLONG", "PhysicalAddress")}},
    {"WdmFreeContiguous", {P("BaseAddress")}},
    {"WdmGetPhysicalPages", {P("Address"), Ulong("Count"), P("ULONGLONG *", "Pages")}},
    {"WdmMapRequest", {Ulong("Id"), Out("PVOID", "Address")}},
    {"WdmOpenDriverImage", {In("UNICODE_STRING", "FileName"), OutHandle("SectionHandle")}},
    {"WdmBusData",
     {Ulong("BusNumber"), Ulong("SlotNumber"), P("Buffer"), Ulong("Offset"), Ulong("Length"), Boolean("Write"),
      Out("ULONG", "Done")}},
    {"WdmInvalidateDeviceRelations", {V("ULONGLONG", "Device"), Ulong("Type")}},
    {"WdmInvalidateDeviceState", {V("ULONGLONG", "Device")}},
    {"WdmRegisterInterface",
     {V("ULONGLONG", "Device"), In("GUID", "InterfaceClass"), InOpt("UNICODE_STRING", "Reference"), P("LinkName"),
      Ulong("Length"), Out("ULONG", "ReturnLength")}},
    {"WdmSetInterfaceState", {In("UNICODE_STRING", "LinkName"), Boolean("Enable")}},
    {"WdmGetInterfaces",
     {In("GUID", "InterfaceClass"), V("ULONGLONG", "Device"), Ulong("Flags"), P("List"), Ulong("Length"),
      Out("ULONG", "ReturnLength")}},
    {"WdmOpenDeviceKey", {V("ULONGLONG", "Device"), Ulong("KeyType"), DesiredAccess(), OutHandle("KeyHandle")}},
    {"WdmQueryDeviceProperty",
     {V("ULONGLONG", "Device"), Ulong("Property"), P("Buffer"), Ulong("Length"), Out("ULONG", "ReturnLength")}},
    {"WdmRegisterNotification",
     {Ulong("Category"), Ulong("Flags"), InOpt("GUID", "InterfaceClass"), H("File"), V("ULONGLONG", "Cookie")}},
    {"WdmUnregisterNotification", {V("ULONGLONG", "Cookie")}},
    {"WdmDebugPrint", {P("Text"), Ulong("Length")}},
    {"WdmBugCheck", {Ulong("Code"), P("Parameters")}},
};
}  // namespace table

inline constexpr auto &kServices = table::kTable;
inline constexpr std::size_t kServiceCount = sizeof(kServices) / sizeof(kServices[0]);

// The number of a service, or kServiceCount for a name that is not in the table.
constexpr std::size_t ServiceNumber(std::string_view name) {
  for (std::size_t i = 0; i < kServiceCount; i += 1) {
    if (kServices[i].name == name) {
      return i;
    }
  }
  return kServiceCount;
}

// Services for driver hosts have their stubs in wdm.dll, not in ntdll.dll.
constexpr bool IsHostService(const Service &service) { return service.name.starts_with("Wdm"); }

}  // namespace nt
