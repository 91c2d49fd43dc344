// Notifications: signals, waiting, binding.
#include "env.hpp"

using namespace test;

namespace {

volatile Word woken[4];
volatile Word badges[4];
Cptr objects[4];

void WaitOnce(Word index) {
  badges[index] = Wait(objects[index]);
  woken[index] = 1;
}

Message received;
void ReceiveOnce(Word index) {
  received = Recv(objects[index]);
  woken[index] = 1;
}

void Clear() {
  for (Word i = 0; i < 4; ++i) {
    woken[i] = 0;
    badges[i] = 0;
  }
}

Result Bind(Cptr tcb, Cptr notification) { return Invoke(tcb, TCBBindNotification, {}, {notification}); }

}  // namespace

TEST(signals_accumulate) {
  const Cptr notification = New(seL4_NotificationObject);
  EXPECT_EQ(Poll(notification), 0);
  Signal(Badged(notification, 1));
  Signal(Badged(notification, 4));
  EXPECT_EQ(Wait(notification), 5);
  EXPECT_EQ(Poll(notification), 0);
}

TEST(signal_wakes_one_waiter) {
  Clear();
  const Cptr notification = New(seL4_NotificationObject);
  for (Word i = 0; i < 2; ++i) {
    objects[i] = notification;
    StartThread(WaitOnce, i, {.priority = 200});
    LetOthersRun();
  }
  SetOwnPriority(100);
  Signal(Badged(notification, 3));
  EXPECT_EQ(woken[0], 1);
  EXPECT_EQ(badges[0], 3);
  EXPECT_EQ(woken[1], 0);
  Signal(Badged(notification, 5));
  EXPECT_EQ(badges[1], 5);
}

TEST(bind_errors) {
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr other = New(seL4_NotificationObject);
  const Cptr tcb = New(seL4_TCBObject);
  const Cptr tcb2 = New(seL4_TCBObject);
  EXPECT_ERROR(Invoke(tcb, TCBUnbindNotification), seL4_IllegalOperation);
  EXPECT_ERROR(Invoke(tcb, TCBBindNotification), seL4_TruncatedMessage);
  EXPECT_ERROR(Bind(tcb, tcb2), seL4_IllegalOperation);
  EXPECT_ERROR(Bind(tcb, WithRights(notification, 1)), seL4_IllegalOperation);
  EXPECT_OK(Bind(tcb, notification));
  EXPECT_ERROR(Bind(tcb, other), seL4_IllegalOperation);
  EXPECT_ERROR(Bind(tcb2, notification), seL4_IllegalOperation);
  EXPECT_OK(Invoke(tcb, TCBUnbindNotification));
  EXPECT_OK(Bind(tcb2, notification));
  // Somebody waits on the other one.
  Clear();
  objects[0] = other;
  StartThread(WaitOnce, 0, {.priority = 200});
  SetOwnPriority(100);
  EXPECT_ERROR(Bind(tcb, other), seL4_IllegalOperation);
}

TEST(bound_signal_is_received_on_the_endpoint) {
  Clear();
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr endpoint = New(seL4_EndpointObject);
  objects[0] = endpoint;
  const Thread thread = StartThread(ReceiveOnce, 0, {.priority = 200, .start = false});
  EXPECT_OK(Bind(thread.tcb, notification));
  EXPECT_OK(Invoke(thread.tcb, TCBResume));
  SetOwnPriority(100);
  Signal(Badged(notification, 0x77));
  EXPECT_EQ(woken[0], 1);
  EXPECT_EQ(received.badge, 0x77);
  // Pending before the receive.
  SetOwnPriority(255);
  Clear();
  objects[1] = endpoint;
  const Thread second = StartThread(ReceiveOnce, 1, {.priority = 200, .start = false});
  EXPECT_OK(Invoke(thread.tcb, TCBUnbindNotification));
  EXPECT_OK(Bind(second.tcb, notification));
  Signal(Badged(notification, 0x88));
  EXPECT_OK(Invoke(second.tcb, TCBResume));
  SetOwnPriority(100);
  EXPECT_EQ(received.badge, 0x88);
}

TEST(waiting_on_a_bound_notification_is_a_fault) {
  Clear();
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr handler = New(seL4_EndpointObject);
  EXPECT_OK(Bind(New(seL4_TCBObject), notification));
  objects[0] = notification;
  StartThread(WaitOnce, 0, {.priority = 200, .fault_endpoint = handler});
  const Message fault = Recv(handler);
  EXPECT_EQ(fault.Label(), seL4_Fault_CapFault);
  EXPECT_EQ(fault.mr[seL4_CapFault_Addr], notification);
  EXPECT_EQ(fault.mr[seL4_CapFault_InRecvPhase], 1);
  EXPECT_EQ(fault.mr[seL4_CapFault_LookupFailureType], seL4_MissingCapability);
}

TEST(deleting_a_notification_unbinds) {
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr tcb = New(seL4_TCBObject);
  EXPECT_OK(Bind(tcb, notification));
  EXPECT_OK(Delete(notification));
  EXPECT_ERROR(Invoke(tcb, TCBUnbindNotification), seL4_IllegalOperation);
  const Cptr other = New(seL4_NotificationObject);
  EXPECT_OK(Bind(tcb, other));
  EXPECT_OK(Delete(tcb));
  EXPECT_OK(Bind(New(seL4_TCBObject), other));
}

TEST(deleting_a_notification_restarts_waiters) {
  Clear();
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr handler = New(seL4_EndpointObject);
  objects[0] = notification;
  StartThread(WaitOnce, 0, {.priority = 200, .fault_endpoint = handler});
  SetOwnPriority(100);
  EXPECT_OK(Delete(notification));
  SetOwnPriority(255);
  const Message fault = Recv(handler);
  EXPECT_EQ(fault.Label(), seL4_Fault_CapFault);
  EXPECT_EQ(fault.mr[seL4_CapFault_Addr], notification);
}
