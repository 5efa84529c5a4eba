#include "controller/config/sources.h"

#include <fmt/format.h>

namespace ballast {
namespace {

void add(ConfigNode& settings, const std::string& key, const ConfigNode& value, Place place) {
  settings.fields.emplace_back(key, value);
  settings.field_places.resize(settings.fields.size(), place);
}

ConfigNode without_source(const ConfigNode& settings) {
  ConfigNode result{.kind = ConfigNode::Kind::map, .place = settings.place};
  for (std::size_t i = 0; i < settings.fields.size(); ++i)
    if (settings.fields[i].first != "sourceRef")
      add(result, settings.fields[i].first, settings.fields[i].second,
          i < settings.field_places.size() ? settings.field_places[i] : Place{});
  return result;
}

}  // namespace

std::string source_named_by(const SignalSpec& signal) {
  const ConfigNode* reference = signal.probe.settings.find("sourceRef");
  const ConfigNode* name = reference == nullptr ? nullptr : reference->find("name");
  return name == nullptr ? "" : name->text;
}

const Document* find_source(const std::vector<Document>& documents, const std::string& name_space,
                            const std::string& name) {
  for (const Document& document : documents)
    if (document.id == DocumentId{"MetricSource", name_space, name}) return &document;
  return nullptr;
}

Result<PluginRef> resolved_probe(const SignalSpec& signal, const std::string& name_space,
                                 const std::vector<Document>& documents) {
  PluginRef probe = signal.probe;
  if (!signal.member_label.empty())
    add(probe.settings, "memberLabel", {.kind = ConfigNode::Kind::scalar, .text = signal.member_label, .quoted = true},
        {});
  const std::string name = source_named_by(signal);
  if (name.empty()) return probe;
  const Document* document = find_source(documents, name_space, name);
  if (document == nullptr)
    return Error{Errc::not_found, fmt::format("there is no good MetricSource {}/{}", name_space, name)};
  const ConfigNode* spec = document->root.find("spec");
  const ConfigNode* source = spec == nullptr ? nullptr : spec->find(probe.type);
  if (source == nullptr)
    return Error{Errc::invalid, fmt::format("MetricSource {}/{} is no source of {}", name_space, name, probe.type)};
  probe.settings = without_source(probe.settings);
  for (const auto& [key, value] : source->fields) add(probe.settings, key, value, source->place);
  return probe;
}

}  // namespace ballast
