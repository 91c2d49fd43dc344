// Device types and control codes: part of <wdm/irp_codes.h>.
#pragma once

#include <wdm/irp_codes.h>
