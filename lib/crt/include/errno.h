#pragma once
// libc++ only asks for the name; nothing in Neptune reports by errno.
extern int errno;
#define EDOM 33
#define EINVAL 22
#define EILSEQ 84
#define ERANGE 34
