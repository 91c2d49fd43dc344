// edu.sys: QEMU's educational device (docs/specs/edu in QEMU's manual).
#pragma once

#include <ntddk.h>

#include "edu_ioctl.h"

// Registers. Those from kDmaSource on have 64 bits.
#define EDU_IDENTIFICATION 0x00
#define EDU_LIVENESS 0x04  // reads as the complement of what was written
#define EDU_FACTORIAL 0x08
#define EDU_STATUS 0x20
#define EDU_INTERRUPT_STATUS 0x24
#define EDU_INTERRUPT_ACKNOWLEDGE 0x64
#define EDU_DMA_SOURCE 0x80
#define EDU_DMA_DESTINATION 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_COMMAND 0x98
#define EDU_REGISTERS 0xA0

#define EDU_STATUS_COMPUTING 0x01
#define EDU_STATUS_INTERRUPT 0x80
#define EDU_DMA_START 0x01
#define EDU_DMA_TO_MEMORY 0x02
#define EDU_DMA_INTERRUPT 0x04

// Where the device's memory is for its DMA engine, and what the two interrupts are called in EDU_INTERRUPT_STATUS.
#define EDU_MEMORY_BASE 0x40000
#define EDU_CAUSE_FACTORIAL 0x001
#define EDU_CAUSE_DMA 0x100

typedef struct DEVICE {
  PDEVICE_OBJECT self;
  PDEVICE_OBJECT lower;
  PDEVICE_OBJECT physical;
  IO_REMOVE_LOCK remove_lock;
  KEVENT idle;  // synchronization: set when no operation runs
  KEVENT done;  // the DPC has seen `expected`
  BOOLEAN started;

  PUCHAR registers;
  ULONG length;

  ULONG connected;  // CONNECT_MESSAGE_BASED or CONNECT_LINE_BASED, 0: neither
  PKINTERRUPT interrupt;
  PIO_INTERRUPT_MESSAGE_INFO messages;
  KDPC dpc;
  volatile LONG causes;  // taken by the interrupt routine, not yet seen by the DPC
  volatile LONG interrupts;
  volatile LONG expected;

  PDMA_ADAPTER adapter;
  PVOID buffer;  // common buffer, one page
  PHYSICAL_ADDRESS bus_address;
} DEVICE;

// hardware.c
NTSTATUS StartHardware(DEVICE *device, PCM_RESOURCE_LIST translated);
void StopHardware(DEVICE *device);
NTSTATUS Factorial(DEVICE *device, ULONG number, ULONG *result);
NTSTATUS Transfer(DEVICE *device, BOOLEAN to_device, ULONG offset, PVOID data, ULONG length);

// requests.c
DRIVER_DISPATCH DispatchOpen;
DRIVER_DISPATCH DispatchControl;
