// The type names of Win32 for drivers that ask for them. Source: learn.microsoft.com, "Windows data types".
#pragma once

#include <wdk/nt_extra.h>

#ifndef WDK_WINDEF_TYPES_
#define WDK_WINDEF_TYPES_
typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef unsigned long DWORD, *PDWORD, *LPDWORD;
typedef int *LPINT;
typedef long *LPLONG;
typedef const void *LPCVOID;
typedef float *PFLOAT;
typedef ULONG_PTR WPARAM;
typedef LONG_PTR LPARAM, LRESULT;
#endif
#define MAKEWORD(low, high) \
  ((WORD)(((BYTE)(((DWORD_PTR)(low)) & 0xff)) | ((WORD)((BYTE)(((DWORD_PTR)(high)) & 0xff))) << 8))
#define MAKELONG(low, high) \
  ((LONG)(((WORD)(((DWORD_PTR)(low)) & 0xffff)) | ((DWORD)((WORD)(((DWORD_PTR)(high)) & 0xffff))) << 16))
#define LOBYTE(word) ((BYTE)(((DWORD_PTR)(word)) & 0xff))
#define HIBYTE(word) ((BYTE)((((DWORD_PTR)(word)) >> 8) & 0xff))
#ifndef MAX_PATH
#define MAX_PATH 260
#endif
#define WINAPI __stdcall
#define CALLBACK __stdcall
#define APIENTRY WINAPI
#define FAR
#define NEAR
