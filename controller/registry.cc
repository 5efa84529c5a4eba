#include "controller/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "adapters/haproxy/haproxy_balancer.h"
#include "adapters/process/process.h"
#include "adapters/receivers/alertmanager.h"
#include "adapters/receivers/email.h"
#include "adapters/receivers/slack.h"
#include "adapters/receivers/telegram.h"
#include "adapters/receivers/webhook.h"
#include "controller/config/fingerprint.h"
#include "controller/config/plugins.h"
#include "controller/config/read.h"
#include "controller/config/schedules.h"
#include "controller/plugin.h"
#include "controller/registry_actions.h"
#include "probes/exec.h"
#include "probes/haproxy.h"
#include "probes/heartbeat.h"
#include "probes/http.h"
#include "probes/http_value.h"
#include "probes/openmetrics.h"
#include "probes/process.h"
#include "probes/prometheus.h"
#include "probes/redis.h"
#include "probes/tcp.h"
#include "probes/tls.h"

namespace ballast {
namespace {

struct ProbeEntry : PluginEntry {
  Result<CompiledProbe> (*make)(const ConfigNode& settings, const Workload& workload) = nullptr;
  /// Why the times of its readings prove no age; empty: they do. Null: they always do.
  std::string (*undated)(const ConfigNode& settings, Duration stale_after) = nullptr;
};
struct ScalerEntry : PluginEntry {
  Result<std::unique_ptr<Scaler>> (*make)(const ConfigNode& settings, const CompiledWorkload& compiled,
                                          Environment& environment) = nullptr;
  /// At an orderly end of Ballast. Null: members are left as they are.
  Task<Result<std::int32_t>> (*leave)(const ConfigNode& settings, const CompiledWorkload& compiled,
                                      Environment& environment) = nullptr;
};
struct BalancerEntry : PluginEntry {
  Result<std::unique_ptr<Balancer>> (*make)(const ConfigNode& settings, Environment& environment) = nullptr;
};

struct NotifierEntry : PluginEntry {
  Result<std::unique_ptr<Notifier>> (*make)(const ConfigNode& settings, ReceiverHost& host) = nullptr;
};

/// One socket may have many names: /var/run is /run.
std::string one_name_of(const std::string& socket) {
  std::error_code unknown;
  const auto path = std::filesystem::weakly_canonical(socket, unknown);
  return unknown ? socket : path.string();
}

std::vector<Claim> haproxy_claims(const ConfigNode& settings) {
  const auto pool = settings_of<HaproxyPool>(settings);
  return {{fmt::format("the HAProxy backend {} at {}", pool.backend, one_name_of(pool.socket)), 0, 0}};
}

std::vector<Claim> haproxy_shed_claims(const ConfigNode& settings) {
  const auto pool = settings_of<HaproxyPool>(settings);
  return {
      {fmt::format("the variable proc.{} of the HAProxy at {}", pool.shed_variable, one_name_of(pool.socket)), 0, 0}};
}

std::vector<Claim> process_claims(const ConfigNode& settings) {
  const auto range = parse_port_range(settings_of<ProcessTarget>(settings).ports);
  if (!range) return {};
  return {{"port", range->first, range->last}};
}
/// Why its workers may not be touched; empty: they may. A person's pause beats everything.
std::function<std::string()> hands_off(const CompiledWorkload& compiled, const Environment& environment) {
  std::string document = compiled.workload.mode == Mode::dry_run ? "its document is in DryRun" : "";
  if (compiled.orders.paused) document = "its document is paused";
  return [document, name = compiled.workload.name, orders = environment.orders]() -> std::string {
    if (!document.empty() || orders == nullptr) return document;
    if (orders->is_waited_for()) return "what people ordered is not read yet";
    return is_paused(Orders{.given = orders->in_force(name)}) ? "somebody paused it" : "";
  };
}
ProcessHost process_host(const CompiledWorkload& compiled, Environment& environment) {
  ProcessHost host{.time = environment.time, .fetcher = environment.fetcher};
  const std::string& name = compiled.workload.name;
  const auto slash = name.find('/');
  host.state_directory = environment.state_directory;
  host.policy_namespace = name.substr(0, slash);
  host.policy = name.substr(slash + 1);
  host.memory_reserve_bytes = environment.host_reserve.memory.value_or(Quantity{}).milli / 1000;
  host.max_replicas = compiled.workload.max_replicas;
  host.hands_off = hands_off(compiled, environment);
  host.roster = environment.roster;
  return host;
}
Result<std::unique_ptr<Scaler>> make_process(const ConfigNode& settings, const CompiledWorkload& compiled,
                                             Environment& environment) {
  return make_process_scaler(settings_of<ProcessTarget>(settings), process_host(compiled, environment));
}
Task<Result<std::int32_t>> leave_process(const ConfigNode& settings, const CompiledWorkload& compiled,
                                         Environment& environment) {
  return leave_or_stop_workers(settings_of<ProcessTarget>(settings), process_host(compiled, environment));
}

Result<std::unique_ptr<Balancer>> make_haproxy(const ConfigNode& settings, Environment& environment) {
  return make_haproxy_balancer(settings_of<HaproxyPool>(settings), environment.fetcher, environment.time);
}

template <class Spec>
Result<CompiledProbe> make_probe(const ConfigNode& settings, const Workload& /*workload*/) {
  return compile(settings_of<Spec>(settings));
}
Result<CompiledProbe> make_process_probe(const ConfigNode& settings, const Workload& workload) {
  return compile(settings_of<ProcessSpec>(settings), workload.name);
}
std::string_view namespace_of(std::string_view workload) { return workload.substr(0, workload.find('/')); }
Result<CompiledProbe> make_heartbeat_probe(const ConfigNode& settings, const Workload& workload) {
  return compile(settings_of<HeartbeatSpec>(settings), namespace_of(workload.name));
}
std::string process_misfit(const ConfigNode& settings, TargetType target) {
  return misfit(settings_of<ProcessSpec>(settings), target);
}
/// A probe of the members that a scale target of the same name makes.
template <class Spec>
constexpr PluginEntry member_probe(std::string_view name, std::string_view doc,
                                   std::string (*misfit)(const ConfigNode&, TargetType)) {
  PluginEntry entry = plugin<Spec>(name, doc);
  entry.members_of = name;
  entry.misfit = misfit;
  return entry;
}

std::string undated_prometheus(const ConfigNode& settings, Duration stale_after) {
  return undated(settings_of<PrometheusSpec>(settings), stale_after);
}

constexpr std::array kProbes{
    ProbeEntry{plugin<ExecSpec>("exec", "A number that a command on this host prints, while --allow-exec is given."),
               make_probe<ExecSpec>},
    ProbeEntry{plugin<HaproxySpec>("haproxy", "A column of HAProxy's statistics, of a backend or of each server."),
               make_probe<HaproxySpec>},
    ProbeEntry{plugin<HeartbeatSpec>("heartbeat", "A job that calls Ballast: 1 while it does so in time, 0 once not."),
               make_heartbeat_probe},
    ProbeEntry{
        plugin<HttpSpec>(
            "http",
            "A health check over HTTP: 1 for the expected answer, 0 for another or when the connection is refused."),
        make_probe<HttpSpec>},
    ProbeEntry{plugin<HttpValueSpec>("httpValue", "A number that a URL serves, in JSON or as the whole body."),
               make_probe<HttpValueSpec>},
    ProbeEntry{
        plugin<OpenMetricsSpec>("openmetrics", "A metric on the page of an exporter, without a Prometheus between."),
        make_probe<OpenMetricsSpec>},
    ProbeEntry{member_probe<ProcessSpec>("process", "The cpu, memory or descriptors of each worker on this host.",
                                         process_misfit),
               make_process_probe},
    ProbeEntry{plugin<PrometheusSpec>("prometheus", "An instant query to Prometheus, or to what speaks its HTTP API."),
               make_probe<PrometheusSpec>, undated_prometheus},
    ProbeEntry{plugin<RedisSpec>("redis", "A number that Redis knows: a length, a lag, a field of INFO, a value."),
               make_probe<RedisSpec>},
    ProbeEntry{plugin<TcpSpec>("tcp", "A health check over TCP: 1 for a peer that answers as expected, 0 for another."),
               make_probe<TcpSpec>},
    ProbeEntry{plugin<TlsSpec>("tls", "The days until a TLS server's certificates expire, or whether they are good."),
               make_probe<TlsSpec>},
};
constexpr std::array kScalers{
    ScalerEntry{plugin<ProcessTarget>("process", "Workers on this host, made from a command.", process_claims),
                make_process, leave_process},
};
constexpr PluginEntry refusing(PluginEntry entry, std::vector<Claim> (*shed_claims)(const ConfigNode&)) {
  entry.shed_claims = shed_claims;
  return entry;
}
constexpr std::array kBalancers{
    BalancerEntry{
        refusing(plugin<HaproxyPool>("haproxy", "A backend of HAProxy, through its admin socket.", haproxy_claims),
                 haproxy_shed_claims),
        make_haproxy},
};
template <class T, Result<std::unique_ptr<Notifier>> (*kMake)(T spec, ReceiverHost& host)>
Result<std::unique_ptr<Notifier>> make_notifier(const ConfigNode& settings, ReceiverHost& host) {
  return kMake(settings_of<T>(settings), host);
}
/// An Alertmanager groups and repeats by itself.
constexpr PluginEntry relaying(PluginEntry entry) {
  entry.relays = true;
  return entry;
}
constexpr std::array kNotifiers{
    NotifierEntry{relaying(plugin<AlertmanagerReceiver>("alertmanager", "An Alertmanager, all of its replicas.")),
                  make_notifier<AlertmanagerReceiver, make_alertmanager_notifier>},
    NotifierEntry{plugin<EmailReceiver>("email", "A mail through an SMTP server, over TLS."),
                  make_notifier<EmailReceiver, make_email_notifier>},
    NotifierEntry{plugin<SlackReceiver>("slack", "A message to a channel of Slack, by an incoming webhook."),
                  make_notifier<SlackReceiver, make_slack_notifier>},
    NotifierEntry{plugin<TelegramReceiver>("telegram", "A message to a chat of Telegram, by a bot."),
                  make_notifier<TelegramReceiver, make_telegram_notifier>},
    NotifierEntry{
        plugin<WebhookReceiver>("webhook", "A POST of Alertmanager's webhook body, signed where a secret is."),
        make_notifier<WebhookReceiver, make_webhook_notifier>},
};
static_assert(std::ranges::is_sorted(kNotifiers, {}, &NotifierEntry::name));
static_assert(std::ranges::is_sorted(kProbes, {}, &ProbeEntry::name));
static_assert(std::ranges::is_sorted(kScalers, {}, &ScalerEntry::name));
static_assert(std::ranges::is_sorted(kBalancers, {}, &BalancerEntry::name));

constexpr std::array<std::string_view, 2> kLaterProbes{"cloudwatch", "resource"};
constexpr std::array<std::string_view, 7> kLaterScalers{
    "awsAutoScalingGroup", "awsEcsService", "azureScaleSet", "cloudRun", "gcpInstanceGroup", "systemd", "webhook"};
constexpr std::array<std::string_view, 8> kLaterBalancers{
    "awsTargetGroup",    "azureTrafficManager", "caddy", "gatewayHttpRoute",
    "gcpBackendService", "kubernetesService",   "nginx", "traefik"};
constexpr std::array<std::string_view, 6> kLaterNotifiers{"discord", "opsgenie", "pagerduty", "sns", "teams", "twilio"};
static_assert(std::ranges::is_sorted(kLaterNotifiers));
static_assert(std::ranges::is_sorted(kLaterProbes) && std::ranges::is_sorted(kLaterScalers) &&
              std::ranges::is_sorted(kLaterBalancers));

template <class Table>
const typename Table::value_type* find_entry(const Table& table, std::string_view name) {
  for (const auto& entry : table)
    if (entry.name == name) return &entry;
  return nullptr;
}
template <class Table>
std::vector<std::string_view> names(const Table& table) {
  std::vector<std::string_view> result;
  for (const auto& entry : table) result.push_back(entry.name);
  return result;
}
template <class Table>
std::vector<std::string_view> copied(const Table& table) {
  return {table.begin(), table.end()};
}

Error named(const Error& error, const CompiledWorkload& workload, const std::string& what) {
  return {error.code, fmt::format("{}: {}: {}", workload.workload.name, what, error.message)};
}
Error unknown(const CompiledWorkload& workload, const std::string& type) {
  return {Errc::invalid, fmt::format("{}: there is no plug-in {}", workload.workload.name, type)};
}

}  // namespace

std::string_view to_string(PluginKind kind) {
  constexpr std::array<std::string_view, 6> kNames{"none",          "signal source",  "scale target",
                                                   "load balancer", "alert receiver", "action"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<std::string_view> plugin_names(PluginKind kind) {
  switch (kind) {
    case PluginKind::probe:
      return names(kProbes);
    case PluginKind::scaler:
      return names(kScalers);
    case PluginKind::balancer:
      return names(kBalancers);
    case PluginKind::notifier:
      return names(kNotifiers);
    case PluginKind::action:
      return names(action_entries());
    case PluginKind::none:
      break;
  }
  return {};
}

std::vector<std::string_view> later_plugins(PluginKind kind) {
  switch (kind) {
    case PluginKind::probe:
      return copied(kLaterProbes);
    case PluginKind::scaler:
      return copied(kLaterScalers);
    case PluginKind::balancer:
      return copied(kLaterBalancers);
    case PluginKind::notifier:
      return copied(kLaterNotifiers);
    case PluginKind::action:
    case PluginKind::none:
      break;
  }
  return {};
}

const PluginEntry* find_plugin(PluginKind kind, std::string_view name) {
  switch (kind) {
    case PluginKind::probe:
      return find_entry(kProbes, name);
    case PluginKind::scaler:
      return find_entry(kScalers, name);
    case PluginKind::balancer:
      return find_entry(kBalancers, name);
    case PluginKind::notifier:
      return find_entry(kNotifiers, name);
    case PluginKind::action:
      return find_entry(action_entries(), name);
    case PluginKind::none:
      break;
  }
  return nullptr;
}

std::string undated(const PluginRef& probe, Duration stale_after) {
  const auto* entry = find_entry(kProbes, probe.type);
  return entry == nullptr || entry->undated == nullptr ? "" : entry->undated(probe.settings, stale_after);
}

std::string strange_members(const PluginEntry& probe, std::string_view scale_target) {
  if (probe.members_of.empty() || probe.members_of == scale_target) return "";
  return fmt::format("measures the workers of its own policy, those of scaleTarget {}; {}", probe.members_of,
                     scale_target.empty() ? std::string("a Monitor has none: write the signal, without a target, into "
                                                        "the ScalingPolicy that they belong to")
                                          : fmt::format("{} has none on this host", scale_target));
}

PluginRef detail::redacted(const PluginRef& plugin, PluginKind kind) {
  const auto* entry = find_plugin(kind, plugin.type);
  return entry == nullptr ? PluginRef{plugin.type, {}} : PluginRef{plugin.type, entry->redact(plugin.settings)};
}

Fingerprint fingerprint(const PluginRef& plugin, PluginKind kind) {
  Problems ignored;
  const auto* entry = find_plugin(kind, plugin.type);
  const auto settings = entry == nullptr ? plugin.settings : entry->read(plugin.settings, "", ignored);
  return fingerprint(to_json(settings), fingerprint(plugin.type + "\n"));
}

Result<std::vector<CompiledProbe>> bind_probes(const CompiledWorkload& workload) {
  std::vector<CompiledProbe> result;
  for (std::size_t i = 0; i < workload.probes.size(); ++i) {
    const auto& plugin = workload.probes[i];
    const auto* entry = find_entry(kProbes, plugin.type);
    if (entry == nullptr) return unknown(workload, plugin.type);
    const std::string target = workload.scaler ? workload.scaler->type : "";
    if (const auto problem = strange_members(*entry, target); !problem.empty())
      return named({Errc::invalid, problem}, workload, "signal " + workload.workload.signals[i].name);
    auto probe = entry->make(plugin.settings, workload.workload);
    if (!probe) return named(probe.error(), workload, "signal " + workload.workload.signals[i].name);
    result.push_back(std::move(*probe));
  }
  return result;
}

Result<BoundWorkload> bind(std::shared_ptr<const CompiledWorkload> compiled, Environment& environment) {
  const CompiledWorkload& workload = *compiled;
  BoundWorkload bound{.workload = workload.workload, .orders = workload.orders};
  bound.document = DocumentText(compiled, &compiled->document);
  if (!workload.windows.empty()) bound.windows = open_windows(workload.windows);
  auto probes = bind_probes(workload);
  if (!probes) return probes.error();
  bound.probes = std::move(*probes);
  if (workload.scaler) {
    const auto* entry = find_entry(kScalers, workload.scaler->type);
    if (entry == nullptr) return unknown(workload, workload.scaler->type);
    auto scaler = entry->make(workload.scaler->settings, workload, environment);
    if (!scaler) return named(scaler.error(), workload, "scaleTarget " + workload.scaler->type);
    bound.scaler = std::move(*scaler);
  }
  for (const auto& plugin : workload.balancers) {
    const auto* entry = find_entry(kBalancers, plugin.type);
    if (entry == nullptr) return unknown(workload, plugin.type);
    auto balancer = entry->make(plugin.settings, environment);
    if (!balancer) return named(balancer.error(), workload, "pool " + plugin.type);
    bound.balancers.push_back(std::move(*balancer));
  }
  return bound;
}

Result<std::unique_ptr<Notifier>> bind_notifier(const PluginRef& receiver, ReceiverHost& host) {
  const auto* entry = find_entry(kNotifiers, receiver.type);
  if (entry == nullptr) return Error{Errc::invalid, fmt::format("there is no alert receiver {}", receiver.type)};
  return entry->make(receiver.settings, host);
}

Task<Result<std::int32_t>> take_leave(CompiledWorkload workload, Environment& environment) {
  const auto* entry = workload.scaler ? find_entry(kScalers, workload.scaler->type) : nullptr;
  const bool in_force = workload.workload.mode == Mode::enforce && !is_paused(workload.orders);
  if (entry == nullptr || entry->leave == nullptr || !in_force) co_return 0;
  co_return co_await entry->leave(workload.scaler->settings, workload, environment);
}

}  // namespace ballast
