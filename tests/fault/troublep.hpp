// Between the files of trouble.sys.
#pragma once

#include "trouble.hpp"

#include <ntddk.h>

#include <wdm/wdm_services.h>

extern "C" {
// seL4 system calls with raw arguments: what a driver that ignores wdm.dll could do.
long long TroubleCall(unsigned long long capability, unsigned long long label, unsigned long long word0,
                      unsigned long long word1);
void TroubleSignal(unsigned long long capability);
unsigned char TroubleIn(unsigned short port);
void TroubleHalt();
}

namespace trouble {

struct Attack {
  const char *name;
  bool (*refused)();
};
const Attack *AttackAt(unsigned number);

// Does not come back, or only to a host that is lost. False: there is no way with this number.
bool Die(unsigned number, PIRP irp);

extern PDEVICE_OBJECT device;
// The host's area, from WdmAttachHost.
host::Area *Area();
const WDM_HOST_INFO &Info();

}  // namespace trouble
