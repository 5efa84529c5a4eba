#include "controller/config/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace ballast {
namespace {

/// Ends the parse of one document; caught below.
struct Refused {
  Problem problem{};
};

/// Builds the tree from yaml-cpp's events, and refuses what is too much before it is built.
class Builder final : public YAML::EventHandler {
 public:
  Builder(int first_line, std::size_t budget) : first_line_(first_line), budget_(budget) {}
  ConfigNode take() { return std::move(root_); }
  [[nodiscard]] std::size_t budget() const { return budget_; }
  [[nodiscard]] Place place(const YAML::Mark& mark) const { return {mark.line + first_line_, mark.column + 1}; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { leaf({.place = place(mark)}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not supported: write the value itself");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    if (tag != "?" && tag != "!" && !tag.empty()) refuse(mark, "tags are not supported");
    leaf({.kind = ConfigNode::Kind::scalar, .place = place(mark), .text = value, .quoted = tag == "!"});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, ConfigNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, tag, ConfigNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    ConfigNode node{};
    std::optional<std::string> key{};  ///< read, its value is next
    std::map<std::string, Place> keys{};
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string message) const {
    throw Refused{{place(mark), "", std::move(message)}};
  }
  void count(const Place& at) {
    if (budget_ == 0) throw Refused{{at, "", fmt::format("the file has more than {} values", kMaxNodes)}};
    --budget_;
  }
  [[nodiscard]] bool wants_key() const {
    return !open_.empty() && open_.back().node.kind == ConfigNode::Kind::map && !open_.back().key;
  }
  void key(const ConfigNode& node) {
    auto& map = open_.back();
    if (node.kind != ConfigNode::Kind::scalar) throw Refused{{node.place, "", "a key must not be empty"}};
    const auto [before, fresh] = map.keys.emplace(node.text, node.place);
    if (!fresh)
      throw Refused{{node.place, "",
                     fmt::format("the key {} stands here a second time; the first is in line {}",
                                 node.text.substr(0, 64), before->second.line)}};
    map.key = node.text;
    map.node.field_places.push_back(node.place);
  }
  void leaf(ConfigNode node) {
    count(node.place);
    if (wants_key())
      key(node);
    else
      put(std::move(node));
  }
  void put(ConfigNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.kind == ConfigNode::Kind::list) {
      open_.back().node.items.push_back(std::move(node));
    } else {
      open_.back().node.fields.emplace_back(std::move(*open_.back().key), std::move(node));
      open_.back().key.reset();
    }
  }
  void open(const YAML::Mark& mark, const std::string& tag, ConfigNode::Kind kind) {
    if (tag != "?" && !tag.empty()) refuse(mark, "tags are not supported");
    if (wants_key()) refuse(mark, "a key must be a single value");
    if (open_.size() >= kMaxDepth) refuse(mark, fmt::format("nested deeper than {}", kMaxDepth));
    count(place(mark));
    open_.push_back({.node = {.kind = kind, .place = place(mark)}});
  }
  void close() {
    auto node = std::move(open_.back().node);
    open_.pop_back();
    put(std::move(node));
  }

  int first_line_;
  std::size_t budget_;
  std::vector<Open> open_{};
  ConfigNode root_{};
};

std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end == std::string_view::npos ? end : end + 1);
  rest.remove_prefix(line.size());
  return line;
}

/// `---` and `...` at the start of a line end a document, wherever they stand (YAML 1.2, c-forbidden).
bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) &&
         (line.size() == 3 || std::string_view(" \t\r\n").find(line[3]) != std::string_view::npos);
}

/// Blank, comment or directive: nothing that makes a document.
bool is_empty_line(std::string_view line) {
  const auto start = line.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos || line[start] == '#' || line[0] == '%';
}

struct Piece {
  std::string text{};
  int first_line = 1;
};

/// A document may begin on the line of its marker, which is then blanked so that columns stay.
std::vector<Piece> split(std::string_view content) {
  std::vector<Piece> pieces;
  Piece piece;
  bool content_seen = false;
  const auto finish = [&](int next) {
    if (content_seen) pieces.push_back(std::move(piece));
    piece = {.first_line = next};
    content_seen = false;
  };
  int number = 0;
  while (!content.empty()) {
    const auto line = next_line(content);
    ++number;
    std::string kept(line);
    if (is_marker(line, "---")) {
      finish(number);
      kept.replace(0, 3, "   ");
      if (is_empty_line(kept)) {
        piece.first_line = number + 1;
        continue;
      }
    } else if (is_marker(line, "...")) {
      finish(number + 1);
      continue;
    }
    if (!content_seen && line[0] == '%') kept = "\n";
    content_seen = content_seen || !is_empty_line(kept);
    piece.text += kept;
  }
  finish(number);
  return pieces;
}

ParsedDocument parse_one(Piece piece, std::size_t& budget) {
  ParsedDocument document{.place = {piece.first_line, 1}, .text = std::move(piece.text)};
  Builder builder(piece.first_line, budget);
  try {
    std::istringstream stream(document.text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    document.root = builder.take();
    if (parser.HandleNextDocument(builder))
      document.problems.push_back({document.place, "", "cannot be read as one document"});
  } catch (const Refused& refused) {
    document.problems.push_back(refused.problem);
  } catch (const YAML::Exception& error) {
    const Place place = error.mark.is_null() ? document.place : builder.place(error.mark);
    document.problems.push_back({place, "", "YAML: " + error.msg});
  }
  budget = builder.budget();
  return document;
}

ParsedDocument refused_file(Place place, std::string message) {
  return {.place = place, .problems = {{place, "", std::move(message)}}};
}

}  // namespace

std::vector<ParsedDocument> parse_documents(std::string_view content) {
  std::vector<ParsedDocument> documents;
  if (content.size() > kMaxFileBytes)
    return {refused_file({1, 1}, fmt::format("larger than the limit of {} bytes", kMaxFileBytes))};
  if (content.find('\0') != std::string_view::npos) return {refused_file({1, 1}, "not a text file: holds a zero byte")};
  if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
  std::size_t budget = kMaxNodes;
  std::int32_t position = 0;
  for (auto& piece : split(content)) {
    documents.push_back(parse_one(std::move(piece), budget));
    documents.back().position = position++;
    if (budget == 0 && !documents.back().problems.empty()) break;  // nothing that follows could be read
  }
  return documents;
}

}  // namespace ballast
