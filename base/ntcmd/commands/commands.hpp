#pragma once
// The built-in commands; each is defined in the file of its name.

#include "../shell.hpp"

namespace ntcmd {

extern const Command kHelp;
extern const Command kVer;
extern const Command kDir;
extern const Command kCd;
extern const Command kPwd;
extern const Command kType;
extern const Command kEcho;
extern const Command kCls;
extern const Command kSet;
extern const Command kLp;
extern const Command kLm;
extern const Command kObj;
extern const Command kSysinfo;
extern const Command kDevTree;
extern const Command kDriver;
extern const Command kReg;
extern const Command kShutdown;
extern const Command kReboot;
extern const Command kExit;

}  // namespace ntcmd
