// IRQL annotations: part of driverspecs.h here.
#pragma once

#include <driverspecs.h>
