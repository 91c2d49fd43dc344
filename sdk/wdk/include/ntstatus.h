// Status codes.
#pragma once

#include <nt/ntstatus.h>
