#include "writer.hpp"

#include <bootvol/volume.hpp>
#include <rtl/checked.hpp>
#include <rtl/upcase.hpp>

#include <algorithm>
#include <cstring>
#include <deque>

namespace mkbootvol {
namespace {

constexpr std::int64_t kSecondsFrom1601To1970 = 11644473600;
constexpr std::int64_t kTicksPerSecond = 10'000'000;

struct ByUpcasedName {
  bool operator()(const std::u16string &a, const std::u16string &b) const { return rtl::CompareNoCase(a, b) < 0; }
};

std::uint32_t Fnv1a(std::uint32_t hash, std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes) {
    hash = (hash ^ static_cast<std::uint32_t>(byte)) * 16777619u;
  }
  return hash;
}

template <typename T>
void Put(std::vector<std::byte> &image, std::size_t offset, const T &value) {
  std::memcpy(image.data() + offset, &value, sizeof(value));
}

}  // namespace

struct Writer::Node {
  bool directory = true;
  std::vector<std::byte> contents;
  std::map<std::u16string, std::unique_ptr<Node>, ByUpcasedName> children;
};

std::expected<std::u16string, Error> ToUtf16(std::string_view utf8) {
  std::u16string text;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || length > utf8.size() - i) {
      return std::unexpected("not UTF-8: " + std::string(utf8));
    }
    std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length; k++) {
      const auto next = static_cast<unsigned char>(utf8[i + k]);
      if ((next & 0xC0) != 0x80) {
        return std::unexpected("not UTF-8: " + std::string(utf8));
      }
      code = code << 6 | (next & 0x3Fu);
    }
    constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      return std::unexpected("not UTF-8: " + std::string(utf8));
    }
    if (code < 0x10000) {
      text.push_back(static_cast<char16_t>(code));
    } else {
      text.push_back(static_cast<char16_t>(0xD7C0 + (code >> 10)));
      text.push_back(static_cast<char16_t>(0xDC00 + (code & 0x3FF)));
    }
    i += length;
  }
  return text;
}

std::string ToUtf8(std::u16string_view text) {
  std::string utf8;
  for (std::size_t i = 0; i < text.size(); i++) {
    std::uint32_t code = text[i];
    if (code >= 0xD800 && code < 0xDC00 && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (text[++i] - 0xDC00u);
    }
    if (code < 0x80) {
      utf8.push_back(static_cast<char>(code));
      continue;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
    utf8.push_back(static_cast<char>(kLead[more] | code >> (6 * more)));
    for (int k = more - 1; k >= 0; k--) {
      utf8.push_back(static_cast<char>(0x80 | ((code >> (6 * k)) & 0x3F)));
    }
  }
  return utf8;
}

Writer::Writer() : root_(std::make_unique<Node>()) {}
Writer::~Writer() = default;

std::expected<Writer::Node *, Error> Writer::Walk(std::string_view path, bool create_last) {
  const std::string whole(path);
  Node *at = root_.get();
  for (int depth = 0;; depth++) {
    const std::size_t divider = path.find_first_of("/\\");
    const std::string_view part = path.substr(0, divider);
    const bool last = divider == std::string_view::npos;
    const auto name = ToUtf16(part);
    if (!name) {
      return std::unexpected(name.error());
    }
    if (!bootvol::LegalName(*name)) {
      return std::unexpected("illegal name '" + std::string(part) + "' in '" + whole + "'");
    }
    if (depth >= BOOTVOL_MAXIMUM_DEPTH) {
      return std::unexpected("too many directories in '" + whole + "'");
    }
    std::unique_ptr<Node> &child = at->children[*name];
    if (last && create_last && child) {
      return std::unexpected("'" + whole + "' is there twice");
    }
    if (!child) {
      child = std::make_unique<Node>();
    }
    at = child.get();
    if (!at->directory) {
      return std::unexpected("'" + whole + "' leads through a file");
    }
    if (last) {
      return at;
    }
    path.remove_prefix(divider + 1);
  }
}

std::expected<void, Error> Writer::AddDirectory(std::string_view path) {
  const auto node = Walk(path, false);
  if (!node) {
    return std::unexpected(node.error());
  }
  return {};
}

std::expected<void, Error> Writer::AddFile(std::string_view path, std::vector<std::byte> contents) {
  const auto node = Walk(path, true);
  if (!node) {
    return std::unexpected(node.error());
  }
  (*node)->directory = false;
  (*node)->contents = std::move(contents);
  return {};
}

std::expected<std::vector<std::byte>, Error> Writer::Build(std::string_view label, std::int64_t unix_time) const {
  const auto wide_label = ToUtf16(label);
  if (!wide_label) {
    return std::unexpected(wide_label.error());
  }
  if (wide_label->size() > BOOTVOL_MAXIMUM_LABEL) {
    return std::unexpected("the label is longer than 32 characters");
  }
  const std::int64_t time = (unix_time + kSecondsFrom1601To1970) * kTicksPerSecond;

  // Breadth first: the entries of a directory stand together and behind it.
  std::vector<BOOTVOL_ENTRY> entries(1);
  std::vector<const Node *> nodes = {root_.get()};
  std::u16string names;
  for (std::size_t i = 0; i < nodes.size(); i++) {
    const Node &node = *nodes[i];
    entries[i].Attributes = node.directory ? bootvol::kAttributeDirectory : bootvol::kAttributeArchive;
    entries[i].CreationTime = time;
    entries[i].LastWriteTime = time;
    if (!node.directory) {
      entries[i].Size = node.contents.size();
      continue;
    }
    entries[i].Start = nodes.size();
    entries[i].Size = node.children.size();
    for (const auto &[name, child] : node.children) {
      BOOTVOL_ENTRY entry{};
      entry.Parent = static_cast<std::uint32_t>(i);
      entry.NameOffset = static_cast<std::uint32_t>(names.size() * sizeof(char16_t));
      entry.NameLength = static_cast<std::uint16_t>(name.size() * sizeof(char16_t));
      names += name;
      entries.push_back(entry);
      nodes.push_back(child.get());
    }
  }
  if (entries.size() > BOOTVOL_MAXIMUM_ENTRIES) {
    return std::unexpected("more than 65,536 files and directories");
  }

  BOOTVOL_HEADER header{};
  std::memcpy(header.Magic, BOOTVOL_MAGIC, sizeof(header.Magic));
  header.EntryCount = static_cast<std::uint32_t>(entries.size());
  header.EntryTableOffset = sizeof(header);
  header.NamesOffset = static_cast<std::uint32_t>(sizeof(header) + entries.size() * sizeof(BOOTVOL_ENTRY));
  header.NamesSize = static_cast<std::uint32_t>(names.size() * sizeof(char16_t));
  header.CreationTime = time;
  header.LabelLength = static_cast<std::uint16_t>(wide_label->size() * sizeof(char16_t));
  std::memcpy(header.Label, wide_label->data(), header.LabelLength);
  header.SerialNumber = Fnv1a(2166136261u, std::as_bytes(std::span(names)));
  std::uint64_t end = AlignUp<std::uint64_t>(header.NamesOffset + header.NamesSize, BOOTVOL_PAGE_SIZE);
  for (std::size_t i = 0; i < entries.size(); i++) {
    if (!nodes[i]->directory) {
      entries[i].Start = entries[i].Size != 0 ? end : 0;
      end = AlignUp<std::uint64_t>(end + entries[i].Size, BOOTVOL_PAGE_SIZE);
      header.SerialNumber = Fnv1a(header.SerialNumber, nodes[i]->contents);
    }
  }
  header.ImageSize = end;

  std::vector<std::byte> image(end);
  Put(image, 0, header);
  for (std::size_t i = 0; i < entries.size(); i++) {
    Put(image, header.EntryTableOffset + i * sizeof(BOOTVOL_ENTRY), entries[i]);
    std::copy(nodes[i]->contents.begin(), nodes[i]->contents.end(),
              image.begin() + static_cast<std::ptrdiff_t>(nodes[i]->directory ? 0 : entries[i].Start));
  }
  std::memcpy(image.data() + header.NamesOffset, names.data(), header.NamesSize);
  return image;
}

}  // namespace mkbootvol
