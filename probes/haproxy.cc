#include "probes/haproxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/read_number.h"

namespace ballast {
namespace {

constexpr std::array<std::string_view, 38> kCounters{
    "bin",      "bout",     "cache_hits", "cache_lookups", "chkdown",    "chkfail",     "cli_abrt", "comp_byp",
    "comp_in",  "comp_out", "comp_rsp",   "conn_tot",      "connect",    "dcon",        "downtime", "dreq",
    "dresp",    "dses",     "econ",       "eint",          "ereq",       "eresp",       "hanafail", "hrsp_1xx",
    "hrsp_2xx", "hrsp_3xx", "hrsp_4xx",   "hrsp_5xx",      "hrsp_other", "intercepted", "lbtot",    "req_tot",
    "reuse",    "srv_abrt", "stot",       "wredis",        "wretr",      "wrew"};
static_assert(std::ranges::is_sorted(kCounters));

/// Counters that nearly every request moves: when one of them fell, HAProxy started anew, even if the column that is
/// asked for has caught up meanwhile.
constexpr std::array<std::string_view, 4> kWitnesses{"stot", "bin", "bout", "lbtot"};

using Row = std::vector<std::string>;

/// A cell of a row, found by the names of columns.
std::string_view cell(const HaproxyTable& table, const Row& row, std::string_view column) {
  const auto index = table.column(column);
  return index && *index < row.size() ? std::string_view{row[*index]} : std::string_view{};
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  if (!read_number(text, value) || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool is_server(const HaproxyTable& table, const Row& row) {
  const std::string_view name = cell(table, row, "svname");
  return name != "BACKEND" && name != "FRONTEND" && cell(table, row, "type") == "2";
}

std::vector<const Row*> rows_of(const HaproxySpec& spec, const HaproxyTable& table) {
  std::vector<const Row*> rows;
  for (const Row& row : table.rows) {
    if (cell(table, row, "pxname") != spec.backend) continue;
    const bool wanted =
        spec.of == HaproxyRows::servers ? is_server(table, row) : cell(table, row, "svname") == "BACKEND";
    if (wanted) rows.push_back(&row);
  }
  return rows;
}

Error no_rows(const HaproxySpec& spec, const HaproxyTable& table) {
  const bool exists = std::ranges::any_of(table.rows, [&](const Row& row) {
    return cell(table, row, "pxname") == spec.backend && cell(table, row, "svname") == "BACKEND";
  });
  if (exists) return Error{Errc::not_found, fmt::format("HAProxy's backend '{}' has no servers", spec.backend)};
  return Error{Errc::not_found, fmt::format("HAProxy has no backend '{}'", spec.backend)};
}

Error restarted(const HaproxySpec& spec, std::string_view server, std::string_view column) {
  return Error{Errc::unavailable,
               fmt::format("HAProxy: '{}' of {}/{} fell: it restarted, or its counters were cleared; the rate is known "
                           "again at the next poll",
                           column, spec.backend, server)};
}

std::string member_name(std::string_view server) {
  constexpr std::string_view kOurs = "ballast-";
  if (server.starts_with(kOurs)) server.remove_prefix(kOurs.size());
  return std::string{server};
}

const Row* find_server(const std::vector<const Row*>& rows, const HaproxyTable& table, std::string_view name) {
  const auto found = std::ranges::find_if(rows, [&](const Row* row) { return cell(table, *row, "svname") == name; });
  return found == rows.end() ? nullptr : *found;
}

/// The increase per second of a row's counter. A server that is new counts from 0.
Result<double> rate(const HaproxySpec& spec, const PageOf<HaproxyTable>& page, const Row& row,
                    const PageOf<HaproxyTable>& previous, const Row* before) {
  const double span = seconds(page.received_at - previous.received_at);
  const auto now = number(cell(page.content, row, spec.field));
  if (before == nullptr) return now.value_or(0) / span;
  const std::string_view server = cell(page.content, row, "svname");
  const auto then = number(cell(previous.content, *before, spec.field));
  if (!now || !then)
    return Error{Errc::unavailable, fmt::format("HAProxy: '{}' of {}/{} was no number at the poll before", spec.field,
                                                spec.backend, server)};
  if (*now < *then) return restarted(spec, server, spec.field);
  for (const std::string_view witness : kWitnesses) {
    const auto later = number(cell(page.content, row, witness));
    const auto earlier = number(cell(previous.content, *before, witness));
    if (later && earlier && *later < *earlier) return restarted(spec, server, witness);
  }
  return (*now - *then) / span;
}

Result<NamedReading> select_rates(const HaproxySpec& spec, const PageOf<HaproxyTable>& page,
                                  const std::vector<const Row*>& rows, const PageOf<HaproxyTable>* previous) {
  if (previous == nullptr || previous->received_at >= page.received_at)
    return Error{Errc::unavailable, fmt::format("HAProxy: '{}' is a counter: its rate needs two polls", spec.field)};
  const auto rows_before = rows_of(spec, previous->content);
  if (rows_before.empty()) return Error{Errc::unavailable, "HAProxy: the backend is new: its rate needs two polls"};
  NamedReading reading{page.received_at, page.received_at - previous->received_at, {}};
  for (const Row* row : rows) {
    const std::string_view server = cell(page.content, *row, "svname");
    const auto value = rate(spec, page, *row, *previous, find_server(rows_before, previous->content, server));
    if (!value) return value.error();
    reading.samples.push_back(
        {spec.of == HaproxyRows::servers ? member_name(server) : "", *value, reading.at, reading.window});
  }
  return reading;
}

}  // namespace

bool is_haproxy_counter(std::string_view column) { return std::ranges::binary_search(kCounters, column); }

Request haproxy_request(const HaproxySpec& spec) {
  Request request{.channel = Channel::exchange};
  request.url = "unix://" + spec.socket;
  request.body = "show stat\n";
  request.deadline = spec.timeout;
  return request;
}

Result<HaproxyTable> haproxy_decode(const Response& response) { return parse_haproxy_stat(response.body); }

Result<NamedReading> haproxy_select(const HaproxySpec& spec, const PageOf<HaproxyTable>& page,
                                    const PageOf<HaproxyTable>* previous) {
  const HaproxyTable& table = page.content;
  if (!table.column(spec.field))
    return Error{Errc::not_found, fmt::format("HAProxy's statistics have no column '{}'; write scur, qcur, req_tot, "
                                              "hrsp_5xx or another one of `show stat`",
                                              spec.field)};
  const auto rows = rows_of(spec, table);
  if (rows.empty()) return no_rows(spec, table);
  for (const Row* row : rows)
    if (!number(cell(table, *row, spec.field)))
      return Error{Errc::invalid, fmt::format("HAProxy: '{}' of {}/{} is '{}', not a number", spec.field, spec.backend,
                                              cell(table, *row, "svname"), cell(table, *row, spec.field))};
  if (is_haproxy_counter(spec.field)) return select_rates(spec, page, rows, previous);
  NamedReading reading{page.received_at, {}, {}};
  for (const Row* row : rows)
    reading.samples.push_back({spec.of == HaproxyRows::servers ? member_name(cell(table, *row, "svname")) : "",
                               *number(cell(table, *row, spec.field)),
                               reading.at,
                               {}});
  return reading;
}

CompiledProbe compile(const HaproxySpec& spec) {
  return compile_probe("haproxy", haproxy_request(spec), haproxy_decode, spec, haproxy_select);
}

}  // namespace ballast
