// File information: a port has no size and no position. Source: WDK, "Serial I/O requests", IRP_MJ_QUERY_INFORMATION.

#include "serial.hpp"

namespace serial {

/// FileStandardInformation and FilePositionInformation, all zero; STATUS_INVALID_PARAMETER for other classes.
NTSTATUS DispatchQueryInformation(PDEVICE_OBJECT, PIRP irp) {
  const auto &query = IoGetCurrentIrpStackLocation(irp)->Parameters.QueryFile;
  ULONG size = 0;
  if (query.FileInformationClass == FileStandardInformation) {
    size = sizeof(FILE_STANDARD_INFORMATION);
  } else if (query.FileInformationClass == FilePositionInformation) {
    size = sizeof(FILE_POSITION_INFORMATION);
  } else {
    return Complete(irp, STATUS_INVALID_PARAMETER);
  }
  if (query.Length < size) {
    return Complete(irp, STATUS_INFO_LENGTH_MISMATCH);
  }
  RtlZeroMemory(irp->AssociatedIrp.SystemBuffer, size);
  return Complete(irp, STATUS_SUCCESS, size);
}

/// Setting the end of file or the allocation means nothing and succeeds, as NT; STATUS_INVALID_PARAMETER for other
/// classes.
NTSTATUS DispatchSetInformation(PDEVICE_OBJECT, PIRP irp) {
  const FILE_INFORMATION_CLASS what = IoGetCurrentIrpStackLocation(irp)->Parameters.SetFile.FileInformationClass;
  const bool known = what == FileEndOfFileInformation || what == FileAllocationInformation;
  return Complete(irp, known ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
}

}  // namespace serial
