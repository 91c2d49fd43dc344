// What a mounted device answers to the mount manager: part of mountmgr.h here.
#pragma once

#include <mountmgr.h>
