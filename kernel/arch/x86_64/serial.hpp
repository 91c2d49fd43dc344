#pragma once
// COM1, polled. After boot a release kernel never touches it: user level may claim the port.

namespace kernel::serial {

void Init();
void Put(char character);

}  // namespace kernel::serial
