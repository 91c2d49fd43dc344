#include <gtest/gtest.h>
#include <nt/ntrtl_security.h>

#include <vector>

#include "fake_nt.hpp"

namespace {

using fake::Text;

const SID_IDENTIFIER_AUTHORITY kNt = {{0, 0, 0, 0, 0, 5}};

class SecurityTest : public testing::Test {
 protected:
  void SetUp() override {
    fake::Reset();
    SID_IDENTIFIER_AUTHORITY authority = kNt;
    ASSERT_EQ(RtlAllocateAndInitializeSid(&authority, 2, 32, 544, 0, 0, 0, 0, 0, 0, &admins_), STATUS_SUCCESS);
    ASSERT_EQ(RtlAllocateAndInitializeSid(&authority, 1, 18, 0, 0, 0, 0, 0, 0, 0, &system_), STATUS_SUCCESS);
  }
  void TearDown() override {
    RtlFreeSid(admins_);
    RtlFreeSid(system_);
  }
  PSID admins_ = nullptr;
  PSID system_ = nullptr;
};

TEST_F(SecurityTest, Sids) {
  EXPECT_TRUE(RtlValidSid(admins_));
  EXPECT_EQ(RtlLengthSid(admins_), 16u);
  EXPECT_FALSE(RtlEqualSid(admins_, system_));
  unsigned char copy[16];
  EXPECT_EQ(RtlCopySid(15, copy, admins_), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(RtlCopySid(16, copy, admins_), STATUS_SUCCESS);
  EXPECT_TRUE(RtlEqualSid(admins_, copy));
  *RtlSubAuthoritySid(copy, 1) = 545;
  EXPECT_FALSE(RtlEqualSid(admins_, copy));
  EXPECT_TRUE(RtlEqualPrefixSid(admins_, copy));
  UNICODE_STRING text{};
  EXPECT_EQ(RtlConvertSidToUnicodeString(&text, admins_, TRUE), STATUS_SUCCESS);
  EXPECT_EQ(Text(text), u"S-1-5-32-544");
  text.MaximumLength = 10;
  EXPECT_EQ(RtlConvertSidToUnicodeString(&text, admins_, FALSE), STATUS_BUFFER_OVERFLOW);
  RtlFreeUnicodeString(&text);
  *RtlSubAuthorityCountSid(copy) = 16;
  EXPECT_FALSE(RtlValidSid(copy));
  SID_IDENTIFIER_AUTHORITY authority = {{1, 2, 3, 4, 5, 6}};
  PSID odd = nullptr;
  EXPECT_EQ(RtlAllocateAndInitializeSid(&authority, 9, 0, 0, 0, 0, 0, 0, 0, 0, &odd), STATUS_INVALID_SID);
  EXPECT_EQ(RtlAllocateAndInitializeSid(&authority, 0, 0, 0, 0, 0, 0, 0, 0, 0, &odd), STATUS_SUCCESS);
  EXPECT_EQ(RtlConvertSidToUnicodeString(&text, odd, TRUE), STATUS_SUCCESS);
  EXPECT_EQ(Text(text), u"S-1-0x010203040506");
  RtlFreeUnicodeString(&text);
  RtlFreeSid(odd);
}

TEST_F(SecurityTest, Acls) {
  alignas(4) unsigned char buffer[80];
  auto *acl = reinterpret_cast<PACL>(buffer);
  EXPECT_EQ(RtlCreateAcl(acl, 4, ACL_REVISION), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(RtlCreateAcl(acl, 80, 9), STATUS_INVALID_PARAMETER);
  ASSERT_EQ(RtlCreateAcl(acl, 80, ACL_REVISION), STATUS_SUCCESS);
  EXPECT_EQ(RtlAddAccessAllowedAce(acl, ACL_REVISION, 0x1f, admins_), STATUS_SUCCESS);
  EXPECT_EQ(RtlAddAccessDeniedAceEx(acl, ACL_REVISION, CONTAINER_INHERIT_ACE, 0x2, system_), STATUS_SUCCESS);
  EXPECT_EQ(RtlAddAuditAccessAce(acl, ACL_REVISION, 0x1, system_, TRUE, FALSE), STATUS_SUCCESS);
  EXPECT_EQ(RtlAddAccessAllowedAce(acl, ACL_REVISION, 0x1f, admins_), STATUS_ALLOTTED_SPACE_EXCEEDED);
  EXPECT_EQ(RtlAddAccessAllowedAceEx(acl, ACL_REVISION, 0x80, 1, admins_), STATUS_INVALID_PARAMETER);
  EXPECT_TRUE(RtlValidAcl(acl));
  ACL_SIZE_INFORMATION size;
  EXPECT_EQ(RtlQueryInformationAcl(acl, &size, sizeof(size), AclSizeInformation), STATUS_SUCCESS);
  EXPECT_EQ(size.AceCount, 3u);
  EXPECT_EQ(size.AclBytesInUse, 8u + 24 + 20 + 20);
  PVOID ace = nullptr;
  EXPECT_EQ(RtlGetAce(acl, 1, &ace), STATUS_SUCCESS);
  EXPECT_EQ(static_cast<ACE_HEADER *>(ace)->AceType, ACCESS_DENIED_ACE_TYPE);
  EXPECT_EQ(static_cast<ACE_HEADER *>(ace)->AceFlags, CONTAINER_INHERIT_ACE);
  EXPECT_EQ(RtlGetAce(acl, 3, &ace), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(RtlDeleteAce(acl, 0), STATUS_SUCCESS);
  EXPECT_EQ(RtlGetAce(acl, 0, &ace), STATUS_SUCCESS);
  EXPECT_EQ(static_cast<ACE_HEADER *>(ace)->AceType, ACCESS_DENIED_ACE_TYPE);
  EXPECT_TRUE(RtlFirstFreeAce(acl, &ace));
  EXPECT_EQ(ace, buffer + 48);
  // Hostile sizes.
  reinterpret_cast<ACE_HEADER *>(buffer + 8)->AceSize = 2;
  EXPECT_FALSE(RtlValidAcl(acl));
  reinterpret_cast<ACE_HEADER *>(buffer + 8)->AceSize = 0xfffc;
  EXPECT_FALSE(RtlValidAcl(acl));
  EXPECT_EQ(RtlGetAce(acl, 1, &ace), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(RtlAddAccessAllowedAce(acl, ACL_REVISION, 1, system_), STATUS_INVALID_ACL);
}

TEST_F(SecurityTest, DescriptorsInBothForms) {
  alignas(8) unsigned char acl_buffer[64];
  auto *acl = reinterpret_cast<PACL>(acl_buffer);
  RtlCreateAcl(acl, 64, ACL_REVISION);
  RtlAddAccessAllowedAce(acl, ACL_REVISION, 0x1f, admins_);
  SECURITY_DESCRIPTOR absolute;
  EXPECT_EQ(RtlCreateSecurityDescriptor(&absolute, 2), STATUS_UNKNOWN_REVISION);
  ASSERT_EQ(RtlCreateSecurityDescriptor(&absolute, 1), STATUS_SUCCESS);
  EXPECT_EQ(RtlSetOwnerSecurityDescriptor(&absolute, admins_, FALSE), STATUS_SUCCESS);
  EXPECT_EQ(RtlSetGroupSecurityDescriptor(&absolute, system_, TRUE), STATUS_SUCCESS);
  EXPECT_EQ(RtlSetDaclSecurityDescriptor(&absolute, TRUE, acl, FALSE), STATUS_SUCCESS);
  EXPECT_TRUE(RtlValidSecurityDescriptor(&absolute));
  alignas(8) unsigned char relative[200];
  ULONG size = 10;
  EXPECT_EQ(RtlMakeSelfRelativeSD(&absolute, relative, &size), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, 20u + 16 + 12 + 64);
  EXPECT_EQ(RtlAbsoluteToSelfRelativeSD(&absolute, relative, &size), STATUS_SUCCESS);
  EXPECT_TRUE(RtlValidSecurityDescriptor(relative));
  EXPECT_TRUE(RtlValidRelativeSecurityDescriptor(relative, size, DACL_SECURITY_INFORMATION));
  EXPECT_FALSE(RtlValidRelativeSecurityDescriptor(relative, size - 1, DACL_SECURITY_INFORMATION));
  EXPECT_EQ(RtlLengthSecurityDescriptor(relative), size);
  EXPECT_EQ(RtlSetOwnerSecurityDescriptor(relative, nullptr, FALSE), STATUS_INVALID_SECURITY_DESCR);
  BOOLEAN present = FALSE;
  BOOLEAN defaulted = TRUE;
  PACL dacl = nullptr;
  EXPECT_EQ(RtlGetDaclSecurityDescriptor(relative, &present, &dacl, &defaulted), STATUS_SUCCESS);
  EXPECT_TRUE(present);
  EXPECT_FALSE(defaulted);
  EXPECT_EQ(memcmp(dacl, acl, 64), 0);
  EXPECT_EQ(RtlGetSaclSecurityDescriptor(relative, &present, &dacl, &defaulted), STATUS_SUCCESS);
  EXPECT_FALSE(present);
  PSID group = nullptr;
  EXPECT_EQ(RtlGetGroupSecurityDescriptor(relative, &group, &defaulted), STATUS_SUCCESS);
  EXPECT_TRUE(RtlEqualSid(group, system_));
  EXPECT_TRUE(defaulted);

  SECURITY_DESCRIPTOR back;
  ULONG back_size = 0;
  ULONG dacl_size = 0;
  ULONG sacl_size = 0;
  ULONG owner_size = 0;
  ULONG group_size = 0;
  EXPECT_EQ(RtlSelfRelativeToAbsoluteSD(relative, nullptr, &back_size, nullptr, &dacl_size, nullptr, &sacl_size,
                                        nullptr, &owner_size, nullptr, &group_size),
            STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(back_size, sizeof(back));
  EXPECT_EQ(dacl_size, 64u);
  EXPECT_EQ(sacl_size, 0u);
  std::vector<ULONG> dacl_copy(dacl_size / 4);
  std::vector<ULONG> owner_copy(owner_size / 4);
  std::vector<ULONG> group_copy(group_size / 4);
  EXPECT_EQ(
      RtlSelfRelativeToAbsoluteSD(relative, &back, &back_size, reinterpret_cast<PACL>(dacl_copy.data()), &dacl_size,
                                  nullptr, &sacl_size, owner_copy.data(), &owner_size, group_copy.data(), &group_size),
      STATUS_SUCCESS);
  EXPECT_TRUE(RtlValidSecurityDescriptor(&back));
  EXPECT_TRUE(RtlEqualSid(back.Owner, admins_));
  EXPECT_EQ(back.Sacl, nullptr);
}

TEST(Access, Masks) {
  const GENERIC_MAPPING mapping{0x1, 0x2, 0x4, 0xf};
  ACCESS_MASK mask = GENERIC_READ | GENERIC_EXECUTE | DELETE;
  RtlMapGenericMask(&mask, &mapping);
  EXPECT_EQ(mask, 0x5u | DELETE);
  EXPECT_TRUE(RtlAreAllAccessesGranted(0xf, 0x5));
  EXPECT_FALSE(RtlAreAllAccessesGranted(0x1, 0x5));
  EXPECT_TRUE(RtlAreAnyAccessesGranted(0x1, 0x5));
}

}  // namespace
