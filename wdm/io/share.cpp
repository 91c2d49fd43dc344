// Share access. Facts: learn.microsoft.com, IoCheckShareAccess and its like.

#include "iop.hpp"

namespace io {
namespace {

void SetBits(PFILE_OBJECT file, ACCESS_MASK access, ULONG share) {
  file->ReadAccess = (access & (FILE_EXECUTE | FILE_READ_DATA)) != 0;
  file->WriteAccess = (access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
  file->DeleteAccess = (access & DELETE) != 0;
  bool counts = file->ReadAccess || file->WriteAccess || file->DeleteAccess;
  file->SharedRead = counts && (share & FILE_SHARE_READ) != 0;
  file->SharedWrite = counts && (share & FILE_SHARE_WRITE) != 0;
  file->SharedDelete = counts && (share & FILE_SHARE_DELETE) != 0;
}

bool Counts(PFILE_OBJECT file) { return file->ReadAccess || file->WriteAccess || file->DeleteAccess; }

void Change(PFILE_OBJECT file, PSHARE_ACCESS access, int step) {
  if (!Counts(file)) {
    return;
  }
  auto add = [step](ULONG &count, BOOLEAN flag) {
    if (flag) {
      count += static_cast<ULONG>(step);
    }
  };
  add(access->OpenCount, TRUE);
  add(access->Readers, file->ReadAccess);
  add(access->Writers, file->WriteAccess);
  add(access->Deleters, file->DeleteAccess);
  add(access->SharedRead, file->SharedRead);
  add(access->SharedWrite, file->SharedWrite);
  add(access->SharedDelete, file->SharedDelete);
}

}  // namespace
}  // namespace io

extern "C" {

// WDK: IoCheckShareAccess. STATUS_SHARING_VIOLATION.
NTSTATUS NTAPI IoCheckShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess, PFILE_OBJECT FileObject,
                                  PSHARE_ACCESS ShareAccess, BOOLEAN Update) {
  io::SetBits(FileObject, DesiredAccess, DesiredShareAccess);
  if (!io::Counts(FileObject)) {
    return STATUS_SUCCESS;
  }
  const SHARE_ACCESS &now = *ShareAccess;
  if ((FileObject->ReadAccess && now.SharedRead < now.OpenCount) ||
      (FileObject->WriteAccess && now.SharedWrite < now.OpenCount) ||
      (FileObject->DeleteAccess && now.SharedDelete < now.OpenCount) || (now.Readers != 0 && !FileObject->SharedRead) ||
      (now.Writers != 0 && !FileObject->SharedWrite) || (now.Deleters != 0 && !FileObject->SharedDelete)) {
    return STATUS_SHARING_VIOLATION;
  }
  if (Update) {
    io::Change(FileObject, ShareAccess, 1);
  }
  return STATUS_SUCCESS;
}

// WDK: IoSetShareAccess: of the first opener.
void NTAPI IoSetShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess, PFILE_OBJECT FileObject,
                            PSHARE_ACCESS ShareAccess) {
  io::SetBits(FileObject, DesiredAccess, DesiredShareAccess);
  *ShareAccess = {};
  io::Change(FileObject, ShareAccess, 1);
}

// WDK: IoUpdateShareAccess, IoRemoveShareAccess.
void NTAPI IoUpdateShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess) {
  io::Change(FileObject, ShareAccess, 1);
}

void NTAPI IoRemoveShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess) {
  io::Change(FileObject, ShareAccess, -1);
}

}  // extern "C"
