// In the WDK this header makes unsafe string functions errors. Here it asks for nothing: such a call still compiles.
#pragma once

#include <driverspecs.h>
