#include "controller/config/kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "controller/config/fingerprint.h"
#include "controller/config/nearest.h"
#include "controller/config/read.h"

namespace ballast {
namespace {

template <class T>
Spec read_kind(const ConfigNode& node, const std::string& path, Problems& problems) {
  return read_spec<T>(node, path, problems);
}
template <class T>
ConfigNode write_kind(const Spec& spec, Secrets secrets) {
  return write_spec(std::get<T>(spec), secrets);
}
template <class T>
constexpr KindEntry kind(std::string_view name, std::string_view plural, std::string_view short_name,
                         std::string_view doc) {
  return {name, plural, short_name, doc, schema_of<T>, read_kind<T>, write_kind<T>};
}

constexpr std::array kKinds{
    kind<AlertReceiverSpec>("AlertReceiver", "alertreceivers", "blar", "Somebody who is told, and how."),
    kind<AlertRouteSpec>("AlertRoute", "alertroutes", "blart",
                         "Which receivers are told, together with what, and when."),
    kind<BalancingPolicySpec>("BalancingPolicy", "balancingpolicies", "blbp",
                              "Keeps the members of a ScalingPolicy in a load balancer's pool."),
    kind<ConfigurationSpec>("Configuration", "configurations", "blcfg",
                            "Settings of the daemon on a host; at most one."),
    kind<MetricSourceSpec>("MetricSource", "metricsources", "blms", "One connection that the signals of many use."),
    kind<MonitorSpec>("Monitor", "monitors", "blmon",
                      "Watches signals without scaling, and says when people are told."),
    kind<ScalingPolicySpec>("ScalingPolicy", "scalingpolicies", "blsp",
                            "Keeps a target at the replicas that its signals ask for."),
};
static_assert(std::ranges::is_sorted(kKinds, {}, &KindEntry::name));

constexpr std::array<std::string_view, 1> kLaterKinds{"Silence"};
static_assert(std::ranges::is_sorted(kLaterKinds));

constexpr std::array<std::string_view, 6> kLaterAnnotations{
    "ballast.run/force-activation", "ballast.run/paused-reason",    "ballast.run/paused-replicas",
    "ballast.run/paused-scale-in",  "ballast.run/paused-scale-out", "ballast.run/paused-until"};

/// The frame of every document.
struct Header {
  std::string api_version{};
  std::string kind{};
  Metadata metadata{};
  ConfigNode spec{};
  static constexpr auto fields() {
    return std::tuple{
        Field{"apiVersion", &Header::api_version, "", "", Limits{.required = true, .example = "ballast.run/v1alpha1"}},
        Field{"kind", &Header::kind, "", "", Limits{.required = true, .example = "ScalingPolicy"}},
        Field{"metadata", &Header::metadata, "", "", Limits{.required = true}}, Field{"spec", &Header::spec, "", ""}};
  }
};

std::vector<std::string_view> kind_names() {
  std::vector<std::string_view> names;
  for (const auto& entry : kKinds) names.push_back(entry.name);
  return names;
}

void refuse(const ConfigNode& root, std::string path, std::string message, Problems& problems) {
  const auto place = place_of(root, path);
  problems.push_back({place, std::move(path), std::move(message)});
}

void check_kind(const ConfigNode& root, const Header& header, Problems& problems) {
  if (!header.api_version.empty() && header.api_version != kApiVersion)
    refuse(root, "apiVersion", fmt::format("{} is not {}", header.api_version.substr(0, 64), kApiVersion), problems);
  if (header.kind.empty() || find_kind(header.kind) != nullptr) return;
  if (std::ranges::find(kLaterKinds, header.kind) != kLaterKinds.end())
    return refuse(root, "kind", fmt::format("{}: not available in this version", header.kind), problems);
  const auto names = kind_names();
  const auto meant = nearest(header.kind, names);
  refuse(root, "kind",
         fmt::format("{} is none of {}{}", header.kind.substr(0, 64), join(names),
                     meant.empty() ? "" : fmt::format("; did you mean {}?", meant)),
         problems);
}

void check_annotations(const ConfigNode& root, const Header& header, Problems& problems) {
  const bool can_pause = header.kind == "ScalingPolicy" || header.kind == "Monitor";
  for (const auto& [key, value] : header.metadata.annotations) {
    const auto path = fmt::format("metadata.annotations[\"{}\"]", key);
    if (key == kPausedAnnotation && !can_pause) {
      refuse(root, path, "pauses nothing here: it belongs on the ScalingPolicy, and holds its pools too", problems);
    } else if (key == kPausedAnnotation) {
      if (value != "true" && value != "false")
        refuse(root, path, fmt::format("\"{}\" is not \"true\" or \"false\"", value.substr(0, 64)), problems);
    } else if (std::ranges::find(kLaterAnnotations, key) != kLaterAnnotations.end()) {
      refuse(root, path, "not available in this version", problems);
    } else if (key.starts_with(kApiGroup) && key.substr(kApiGroup.size()).starts_with('/')) {
      const std::array<std::string_view, 1> known{kPausedAnnotation};
      refuse(root, path, fmt::format("unknown annotation; known are {}", join(known)), problems);
    }
  }
}

}  // namespace

std::span<const KindEntry> kinds() { return kKinds; }

const KindEntry* find_kind(std::string_view name) {
  for (const auto& entry : kKinds)
    if (entry.name == name) return &entry;
  return nullptr;
}

std::string_view kind_of(const Spec& spec) {
  struct Name {
    std::string_view operator()(const ScalingPolicySpec&) const { return "ScalingPolicy"; }
    std::string_view operator()(const BalancingPolicySpec&) const { return "BalancingPolicy"; }
    std::string_view operator()(const MonitorSpec&) const { return "Monitor"; }
    std::string_view operator()(const ConfigurationSpec&) const { return "Configuration"; }
    std::string_view operator()(const AlertReceiverSpec&) const { return "AlertReceiver"; }
    std::string_view operator()(const AlertRouteSpec&) const { return "AlertRoute"; }
    std::string_view operator()(const MetricSourceSpec&) const { return "MetricSource"; }
  };
  return std::visit(Name{}, spec);
}

std::string to_string(const DocumentId& id) { return fmt::format("{} {}/{}", id.kind, id.name_space, id.name); }

std::string to_string(const FileProblem& problem) {
  std::string text = problem.file;
  if (problem.problem.place.line > 0)
    fmt::format_to(std::back_inserter(text), ":{}:{}", problem.problem.place.line, problem.problem.place.column);
  text += problem.warning ? ": warning: " : ": ";
  if (!problem.problem.path.empty()) text += problem.problem.path + ": ";
  return text + problem.problem.message;
}

bool Document::paused() const {
  const auto found = metadata.annotations.find(std::string(kPausedAnnotation));
  return found != metadata.annotations.end() && found->second == "true";
}

std::optional<Document> read_document(const std::string& file, ParsedDocument parsed, Problems& problems) {
  const auto before = problems.size();
  std::ranges::move(parsed.problems, std::back_inserter(problems));
  if (problems.size() != before) return std::nullopt;
  if (!detail::expect_map(parsed.root, "", problems)) return std::nullopt;
  auto header = read_spec<Header>(parsed.root, "", problems);
  check_kind(parsed.root, header, problems);
  check_annotations(parsed.root, header, problems);
  Document document{.file = file, .position = parsed.position, .fingerprint = fingerprint(parsed.text)};
  if (const auto* entry = find_kind(header.kind)) {
    if (header.spec.kind == ConfigNode::Kind::null) header.spec.place = parsed.root.place;
    document.spec = entry->read(header.spec, "spec", problems);
  }
  if (problems.size() != before) return std::nullopt;
  document.id = {header.kind, header.metadata.name_space, header.metadata.name};
  document.metadata = std::move(header.metadata);
  document.text = std::move(parsed.text);
  document.root = std::move(parsed.root);
  return document;
}

std::optional<DocumentId> read_id(const ConfigNode& root) {
  const auto* kind = root.find("kind");
  const auto* metadata = root.find("metadata");
  const auto* name = metadata == nullptr ? nullptr : metadata->find("name");
  if (kind == nullptr || name == nullptr || kind->text.empty() || name->text.empty()) return std::nullopt;
  const auto* name_space = metadata->find("namespace");
  return DocumentId{kind->text,
                    name_space == nullptr || name_space->text.empty() ? Metadata{}.name_space : name_space->text,
                    name->text};
}

}  // namespace ballast
