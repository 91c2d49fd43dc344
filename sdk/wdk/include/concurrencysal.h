// Annotations of locks: part of sal.h here.
#pragma once

#include <sal.h>

#define _Benign_race_begin_
#define _Benign_race_end_
#define _No_competing_thread_begin_
#define _No_competing_thread_end_
#define _Global_lock_
#define _Internal_lock_level_order_(...)
