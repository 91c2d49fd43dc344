#include <wdmp/pool.hpp>
#include <wdmp/resources.hpp>

#include <wdmp/irql.hpp>

#include <string.h>

namespace ke {
namespace {

struct Record {
  LIST_ENTRY link;
  PDEVICE_OBJECT device;
  CM_RESOURCE_LIST *raw;
  CM_RESOURCE_LIST *translated;
};

LIST_ENTRY records = {&records, &records};

Record *Find(PDEVICE_OBJECT device) {
  for (LIST_ENTRY *entry = records.Flink; entry != &records; entry = entry->Flink) {
    auto *record = CONTAINING_RECORD(entry, Record, link);
    if (record->device == device) {
      return record;
    }
  }
  return nullptr;
}

// One full list, as PnP gives to one device.
CM_RESOURCE_LIST *Copy(const CM_RESOURCE_LIST *list) {
  if (list == nullptr || list->Count == 0) {
    return nullptr;
  }
  size_t size = FIELD_OFFSET(CM_RESOURCE_LIST, List[0].PartialResourceList.PartialDescriptors) +
                list->List[0].PartialResourceList.Count * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
  auto *copy = static_cast<CM_RESOURCE_LIST *>(wdm::PoolAllocate(size, wdm::PoolTag("Rsrc")));
  if (copy != nullptr) {
    memcpy(copy, list, size);
    copy->Count = 1;
  }
  return copy;
}

void Free(CM_RESOURCE_LIST *list) {
  if (list != nullptr) {
    wdm::PoolFree(list);
  }
}

const CM_PARTIAL_RESOURCE_LIST *Partial(const CM_RESOURCE_LIST *list) {
  return list == nullptr ? nullptr : &list->List[0].PartialResourceList;
}

}  // namespace

bool RememberResources(PDEVICE_OBJECT pdo, const CM_RESOURCE_LIST *raw, const CM_RESOURCE_LIST *translated) {
  AtDispatch guard;
  Record *record = Find(pdo);
  if (record != nullptr) {
    Free(record->raw);
    Free(record->translated);
    record->raw = nullptr;
    record->translated = nullptr;
  }
  if (raw == nullptr && translated == nullptr) {
    if (record != nullptr) {
      RemoveEntryList(&record->link);
      wdm::PoolFree(record);
    }
    return true;
  }
  if (record == nullptr) {
    record = wdm::PoolNew<Record>(wdm::PoolTag("Rsrc"));
    if (record == nullptr) {
      return false;
    }
    record->device = pdo;
    InsertTailList(&records, &record->link);
  }
  record->raw = Copy(raw);
  record->translated = Copy(translated);
  return (raw == nullptr || raw->Count == 0 || record->raw != nullptr) &&
         (translated == nullptr || translated->Count == 0 || record->translated != nullptr);
}

bool FindResources(PDEVICE_OBJECT pdo, const CM_PARTIAL_RESOURCE_LIST **raw,
                   const CM_PARTIAL_RESOURCE_LIST **translated) {
  AtDispatch guard;
  Record *record = Find(pdo);
  if (record == nullptr) {
    return false;
  }
  *raw = Partial(record->raw);
  *translated = Partial(record->translated);
  return true;
}

}  // namespace ke
