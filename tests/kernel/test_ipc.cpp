// Messages: order, blocking, capabilities in messages, replies.
#include "env.hpp"

using namespace test;

namespace {

volatile Word results[8];

struct SendArguments {
  Cptr endpoint;
  Word word;
};
SendArguments send_arguments[4];

void SendOnce(Word index) {
  const SendArguments &arguments = send_arguments[index];
  Send(arguments.endpoint, {.info = seL4_MessageInfo_new(7, 0, 0, 1), .mr = {arguments.word}});
  results[index] = 1;
}

void CallOnce(Word index) {
  const SendArguments &arguments = send_arguments[index];
  const Message answer = Call(arguments.endpoint, {.info = seL4_MessageInfo_new(7, 0, 0, 1), .mr = {arguments.word}});
  results[index] = answer.mr[0];
}

seL4_IPCBuffer *receiver_buffer;
Message received;

void ReceiveOnce(Word endpoint) {
  received = Recv(endpoint);
  results[0] = 1;
}

void ClearResults() {
  for (volatile Word &result : results) {
    result = 0;
  }
}

/// Sends capabilities from the root thread.
void SendCaps(Cptr endpoint, std::initializer_list<Cptr> caps, Word label = 0) {
  Word count = 0;
  for (const Cptr cap : caps) {
    boot_info->ipcBuffer->caps_or_badges[count++] = cap;
  }
  Send(endpoint, {.info = seL4_MessageInfo_new(label, 0, count, 0)});
}

/// A thread that waits to receive one message with a capability slot.
Cptr StartReceiver(Cptr endpoint, Word priority = 200) {
  ClearResults();
  const Thread thread = StartThread(ReceiveOnce, endpoint, {.priority = priority, .start = false});
  const Cptr slot = NewSlot();
  thread.buffer->receiveCNode = kRootCNode;
  thread.buffer->receiveIndex = slot;
  thread.buffer->receiveDepth = kDepth;
  receiver_buffer = thread.buffer;
  Invoke(thread.tcb, TCBResume);
  return slot;
}

}  // namespace

TEST(senders_are_served_in_order) {
  ClearResults();
  const Cptr endpoint = New(seL4_EndpointObject);
  for (Word i = 0; i < 3; ++i) {
    send_arguments[i] = {Badged(endpoint, 10 + i), 100 + i};
    StartThread(SendOnce, i, {.priority = 200});
    LetOthersRun();
  }
  for (Word i = 0; i < 3; ++i) {
    EXPECT_EQ(results[i], 0);
    const Message message = Recv(endpoint);
    EXPECT_EQ(message.badge, 10 + i);
    EXPECT_EQ(message.mr[0], 100 + i);
    EXPECT_EQ(message.Label(), 7);
    SetOwnPriority(100);
    EXPECT_EQ(results[i], 1);
    SetOwnPriority(255);
  }
  EXPECT_EQ(NBRecv(endpoint).badge, 0);
}

TEST(nbsend_without_receiver_is_dropped) {
  const Cptr endpoint = New(seL4_EndpointObject);
  NBSend(endpoint, {.info = seL4_MessageInfo_new(1, 0, 0, 1), .mr = {1}});
  EXPECT_EQ(NBRecv(endpoint).badge, 0);
  // A capability pointer that leads nowhere is no fault for NBSend.
  NBSend(~Word{0} - 5, {});
  const Cptr node_thread = NewSlot();
  NBSend(node_thread, {});
}

TEST(nbsend_reaches_a_waiting_receiver) {
  const Cptr endpoint = New(seL4_EndpointObject);
  StartReceiver(endpoint);
  const Cptr badged = Badged(endpoint, 3);
  SetOwnPriority(100);
  NBSend(badged, {.info = seL4_MessageInfo_new(9, 0, 0, 2), .mr = {5, 6}});
  EXPECT_EQ(results[0], 1);
  EXPECT_EQ(received.badge, 3);
  EXPECT_EQ(received.Label(), 9);
  EXPECT_EQ(received.mr[1], 6);
}

TEST(call_gets_its_reply) {
  ClearResults();
  const Cptr endpoint = New(seL4_EndpointObject);
  send_arguments[0] = {endpoint, 1};
  StartThread(CallOnce, 0, {.priority = 200});
  Recv(endpoint);
  Reply({.info = seL4_MessageInfo_new(0, 0, 0, 1), .mr = {42}});
  EXPECT_EQ(results[0], 0);  // it has a lower priority
  SetOwnPriority(100);
  EXPECT_EQ(results[0], 42);
  // The second reply goes nowhere.
  Reply({.info = seL4_MessageInfo_new(0, 0, 0, 1), .mr = {43}});
}

TEST(save_caller) {
  ClearResults();
  const Cptr endpoint = New(seL4_EndpointObject);
  Cptr saved[2];
  for (Word i = 0; i < 2; ++i) {
    send_arguments[i] = {endpoint, i};
    StartThread(CallOnce, i, {.priority = 200});
    Recv(endpoint);
    saved[i] = NewSlot();
    EXPECT_OK(Invoke(kRootCNode, CNodeSaveCaller, {saved[i], kDepth}));
  }
  EXPECT_ERROR(Invoke(kRootCNode, CNodeSaveCaller, {saved[0], kDepth}), seL4_DeleteFirst);
  EXPECT_ERROR(Copy(NewSlot(), saved[0]), seL4_IllegalOperation);
  NBSend(saved[1], {.info = seL4_MessageInfo_new(0, 0, 0, 1), .mr = {51}});
  NBSend(saved[0], {.info = seL4_MessageInfo_new(0, 0, 0, 1), .mr = {50}});
  EXPECT(SlotEmpty(saved[0]));
  SetOwnPriority(100);
  EXPECT_EQ(results[0], 50);
  EXPECT_EQ(results[1], 51);
  // Used up.
  NBSend(saved[0], {});
}

TEST(receive_drops_an_unanswered_caller) {
  ClearResults();
  const Cptr endpoint = New(seL4_EndpointObject);
  send_arguments[0] = {endpoint, 1};
  const Thread caller = StartThread(CallOnce, 0, {.priority = 200});
  Recv(endpoint);
  EXPECT_EQ(NBRecv(endpoint).badge, 0);
  Reply({.info = seL4_MessageInfo_new(0, 0, 0, 1), .mr = {42}});
  SetOwnPriority(100);
  EXPECT_EQ(results[0], 0);
  SetOwnPriority(255);
  // Restarted, it calls again.
  EXPECT_OK(Invoke(caller.tcb, TCBSuspend));
  EXPECT_OK(Invoke(caller.tcb, TCBResume));
  EXPECT_EQ(Recv(endpoint).mr[0], 1);
}

TEST(call_without_grant_stops_the_caller) {
  ClearResults();
  const Cptr endpoint = New(seL4_EndpointObject);
  send_arguments[0] = {WithRights(endpoint, 1), 1};
  StartThread(CallOnce, 0, {.priority = 200});
  EXPECT_EQ(Recv(endpoint).mr[0], 1);
  Reply({.info = seL4_MessageInfo_new(0, 0, 0, 1), .mr = {42}});
  SetOwnPriority(100);
  EXPECT_EQ(results[0], 0);
  SetOwnPriority(255);
  // GrantReply is enough.
  send_arguments[1] = {WithRights(endpoint, 1 | 8), 2};
  StartThread(CallOnce, 1, {.priority = 200});
  EXPECT_EQ(Recv(endpoint).mr[0], 2);
  Reply({.info = seL4_MessageInfo_new(0, 0, 0, 1), .mr = {42}});
  SetOwnPriority(100);
  EXPECT_EQ(results[1], 42);
}

TEST(capability_goes_with_a_message) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr slot = StartReceiver(endpoint);
  const Cptr badged = Badged(notification, 6);
  SetOwnPriority(100);
  SendCaps(endpoint, {badged});
  EXPECT_EQ(results[0], 1);
  EXPECT_EQ(seL4_MessageInfo_get_extraCaps(received.info), 1);
  EXPECT_EQ(seL4_MessageInfo_get_capsUnwrapped(received.info), 0);
  Signal(slot);
  EXPECT_EQ(Poll(notification), 6);
  // It was derived from the sender's.
  EXPECT_OK(RevokeSlot(notification));
  EXPECT(SlotEmpty(slot));
}

TEST(only_one_capability_is_received) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr slot = StartReceiver(endpoint);
  SetOwnPriority(100);
  SendCaps(endpoint, {notification, notification});
  EXPECT_EQ(seL4_MessageInfo_get_extraCaps(received.info), 1);
  SetOwnPriority(255);
  EXPECT(!SlotEmpty(slot));
}

TEST(own_endpoint_is_unwrapped) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr slot = StartReceiver(endpoint);
  const Cptr badged = Badged(endpoint, 0x1234567890);
  SetOwnPriority(100);
  SendCaps(endpoint, {badged, notification, endpoint});
  EXPECT_EQ(seL4_MessageInfo_get_extraCaps(received.info), 3);
  EXPECT_EQ(seL4_MessageInfo_get_capsUnwrapped(received.info), 5);
  EXPECT_EQ(receiver_buffer->caps_or_badges[0], 0x1234567890);
  EXPECT_EQ(receiver_buffer->caps_or_badges[2], 0);
  SetOwnPriority(255);
  EXPECT(!SlotEmpty(slot));
}

TEST(no_capability_without_grant) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr weak = WithRights(endpoint, 3 | 8);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr slot = StartReceiver(endpoint);
  SetOwnPriority(100);
  SendCaps(weak, {notification}, 4);
  EXPECT_EQ(received.Label(), 4);
  EXPECT_EQ(seL4_MessageInfo_get_extraCaps(received.info), 0);
  SetOwnPriority(255);
  EXPECT(SlotEmpty(slot));
}

TEST(receive_slot_in_use) {
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr slot = StartReceiver(endpoint);
  EXPECT_OK(Copy(slot, notification));
  SetOwnPriority(100);
  SendCaps(endpoint, {notification}, 4);
  EXPECT_EQ(results[0], 1);
  EXPECT_EQ(seL4_MessageInfo_get_extraCaps(received.info), 0);
}

TEST(message_without_buffer_is_cut) {
  const Cptr endpoint = New(seL4_EndpointObject);
  ClearResults();
  const Thread thread = StartThread(ReceiveOnce, endpoint, {.priority = 200, .start = false});
  EXPECT_OK(Invoke(thread.tcb, TCBSetIPCBuffer, {0}, {ImageFrame(thread.buffer)}));
  EXPECT_OK(Invoke(thread.tcb, TCBResume));
  SetOwnPriority(100);
  Send(endpoint, {.info = seL4_MessageInfo_new(3, 0, 0, 100), .mr = {1, 2, 3, 4}});
  EXPECT_EQ(received.Length(), 4);
  EXPECT_EQ(received.mr[3], 4);
}

TEST(message_length_is_limited) {
  const Cptr endpoint = New(seL4_EndpointObject);
  StartReceiver(endpoint);
  SetOwnPriority(100);
  Send(endpoint, {.info = {{0x3f << 12 | 127}}, .mr = {1, 2, 3, 4}});
  EXPECT_EQ(received.Length(), 120);
  EXPECT_EQ(received.Label(), 0x3f);
}

TEST(cancel_badged_sends) {
  ClearResults();
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr handler = New(seL4_EndpointObject);
  for (Word i = 0; i < 3; ++i) {
    send_arguments[i] = {Badged(endpoint, i == 1 ? 8 : 9), i};
    StartThread(SendOnce, i, {.priority = 200, .fault_endpoint = handler});
  }
  // Threads with badge 9 make their call again; with the capability gone that is a fault.
  EXPECT_OK(Invoke(kRootCNode, CNodeCancelBadgedSends, {send_arguments[0].endpoint, kDepth}));
  EXPECT_OK(Delete(send_arguments[0].endpoint));
  EXPECT_OK(Delete(send_arguments[2].endpoint));
  EXPECT_EQ(Recv(endpoint).badge, 8);
  LetOthersRun();
  EXPECT_EQ(NBRecv(endpoint).badge, 0);
}

TEST(deleting_an_endpoint_restarts_senders) {
  ClearResults();
  const Cptr endpoint = New(seL4_EndpointObject);
  const Cptr handler = New(seL4_EndpointObject);
  send_arguments[0] = {endpoint, 1};
  StartThread(CallOnce, 0, {.priority = 200, .fault_endpoint = handler});
  SetOwnPriority(150);
  EXPECT_OK(Delete(endpoint));
  // A call on an empty slot answers with an error: label in the message, no fault.
  LetOthersRun();
  const Message fault = Recv(handler);
  EXPECT_EQ(fault.Label(), seL4_Fault_CapFault);
  EXPECT_EQ(fault.mr[seL4_CapFault_Addr], 0);  // from ThreadExit: the call itself returned
}

namespace {

Cptr shared_endpoint;
void AnswerWith(Word word) {
  Message message = Recv(shared_endpoint);
  for (;;) {
    message.mr[0] = word;
    message.info = seL4_MessageInfo_new(0, 0, 0, 1);
    message = ReplyRecv(shared_endpoint, message);
  }
}

void CallTwoLevels(Word cptr) { results[0] = Call(cptr, {.info = seL4_MessageInfo_new(0, 0, 0, 1)}).mr[0]; }

}  // namespace

TEST(receivers_take_turns) {
  shared_endpoint = New(seL4_EndpointObject);
  for (Word i = 1; i <= 3; ++i) {
    StartThread(AnswerWith, i, {.priority = 200});
    LetOthersRun();
  }
  for (Word i = 0; i < 9; ++i) {
    EXPECT_EQ(Call(shared_endpoint, {.info = seL4_MessageInfo_new(0, 0, 0, 1)}).mr[0], i % 3 + 1);
  }
}

TEST(call_through_two_levels) {
  ClearResults();
  shared_endpoint = New(seL4_EndpointObject);
  StartThread(AnswerWith, 77, {.priority = 200});
  // Guard 0 of 50 bits, 4 bits of index, then guard 5 of 3 bits and 7 bits of index.
  const Cptr outer = New(seL4_CapTableObject, 4);
  const Cptr inner = New(seL4_CapTableObject, 7);
  EXPECT_OK(Invoke(inner, CNodeCopy, {100, 7, shared_endpoint, kDepth, 15}, {kRootCNode}));
  EXPECT_OK(Invoke(outer, CNodeMint, {9, 4, inner, kDepth, 15, seL4_CNode_CapData_new(5, 3).words[0]}, {kRootCNode}));
  const Word data = seL4_CNode_CapData_new(0, 50).words[0];
  StartThread(CallTwoLevels, 9 << 10 | 5 << 7 | 100, {.priority = 150, .cnode = outer, .cnode_data = data});
  LetOthersRun();
  EXPECT_EQ(results[0], 77);
  // A wrong guard in the second level is a fault, and there is no handler.
  results[0] = 0;
  StartThread(CallTwoLevels, 9 << 10 | 4 << 7 | 100, {.priority = 150, .cnode = outer, .cnode_data = data});
  LetOthersRun();
  EXPECT_EQ(results[0], 0);
}

TEST(short_call_to_a_lower_server) {
  // Its priority counts, not the caller's: what is ready in between runs first.
  ClearResults();
  shared_endpoint = New(seL4_EndpointObject);
  StartThread(AnswerWith, 5, {.priority = 30});
  LetOthersRun();
  StartThread([](Word) { results[1] = results[0] + 1; }, 0, {.priority = 60});
  results[0] = 0;
  SetOwnPriority(90);
  results[0] = Call(shared_endpoint, {.info = seL4_MessageInfo_new(0, 0, 0, 1)}).mr[0];
  EXPECT_EQ(results[0], 5);
  EXPECT_EQ(results[1], 1);
}

namespace {

Cptr middle_wakeup;
void ServeAndWakeMiddle(Word) {
  Message message = Recv(shared_endpoint);
  Signal(middle_wakeup);
  ReplyRecv(shared_endpoint, {.info = message.info, .mr = {message.mr[0]}});
}
void NoteWhenWoken(Word) {
  Wait(middle_wakeup);
  results[1] = results[0] == 0 ? 1 : 2;
}

}  // namespace

TEST(reply_to_a_low_caller_lets_the_middle_run) {
  ClearResults();
  shared_endpoint = New(seL4_EndpointObject);
  middle_wakeup = New(seL4_NotificationObject);
  StartThread(ServeAndWakeMiddle, 0, {.priority = 200});
  StartThread(NoteWhenWoken, 0, {.priority = 100});
  LetOthersRun();
  send_arguments[0] = {shared_endpoint, 9};
  StartThread(CallOnce, 0, {.priority = 50});
  LetOthersRun();
  EXPECT_EQ(results[0], 9);
  EXPECT_EQ(results[1], 1);
}

TEST(short_call_needs_the_send_right) {
  shared_endpoint = New(seL4_EndpointObject);
  StartThread(AnswerWith, 5, {.priority = 200});
  LetOthersRun();
  const Cptr weak = WithRights(shared_endpoint, 2 | 4 | 8);
  EXPECT_EQ(Call(weak, {}).Label(), seL4_InvalidCapability);
  EXPECT_EQ(Call(shared_endpoint, {.info = seL4_MessageInfo_new(0, 0, 0, 1)}).mr[0], 5);
}
