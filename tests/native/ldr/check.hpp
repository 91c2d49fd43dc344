// Native tests print one line each: "ok NAME" or "FAIL NAME".
#pragma once

#include <nt/nt.h>
#include <nt/nt_services.h>
#include <nt/ntstatus.h>

inline int failures;

inline void Check(const char *name, bool good) {
  DbgPrint("%s %s\n", good ? "ok" : "FAIL", name);
  failures += good ? 0 : 1;
}
