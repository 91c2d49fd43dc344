#include <gtest/gtest.h>

#include <native/expand.hpp>

namespace {

std::string Expand(std::string_view text) {
  return std::string(native::ExpandVariables(text, [](std::string_view name) -> std::optional<native::String> {
    if (name == "A") {
      return "alpha";
    }
    return name == "P" ? std::optional<native::String>("%A%") : std::nullopt;
  }));
}

TEST(Expand, ReplacesWhatIsSet) {
  EXPECT_EQ(Expand("%A%"), "alpha");
  EXPECT_EQ(Expand("<%A%%A%>"), "<alphaalpha>");
  EXPECT_EQ(Expand("%P%"), "%A%");  // a value is not expanded again
}

TEST(Expand, LeavesTheRest) {
  EXPECT_EQ(Expand(""), "");
  EXPECT_EQ(Expand("100%"), "100%");
  EXPECT_EQ(Expand("%B%"), "%B%");
  EXPECT_EQ(Expand("50%%A%"), "50%alpha");
  EXPECT_EQ(Expand("%B%A%"), "%Balpha");
  EXPECT_EQ(Expand("%%%"), "%%%");
}

}  // namespace
