// Structured exception handling. The keywords are clang's; C sources may leave out the underscores as with the WDK.
#pragma once

#include <nt/ntcontext.h>

#define GetExceptionCode() ((NTSTATUS)_exception_code())
#define exception_code() ((NTSTATUS)_exception_code())
#define GetExceptionInformation() ((PEXCEPTION_POINTERS)_exception_info())
#define exception_info() ((PEXCEPTION_POINTERS)_exception_info())
#define AbnormalTermination() ((BOOLEAN)_abnormal_termination())
#define abnormal_termination() ((BOOLEAN)_abnormal_termination())

#ifndef __cplusplus
#define try __try
#define except __except
#define finally __finally
#define leave __leave
#endif
