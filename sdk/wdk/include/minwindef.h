// Part of windef.h here.
#pragma once

#include <windef.h>
