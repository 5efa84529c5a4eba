#include "formats/haproxy.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "formats/excerpt.h"

namespace ballast {
namespace {

constexpr std::size_t kMostColumns = 1'000;
constexpr std::size_t kMostRows = 200'000;

using Cells = std::vector<std::string>;

/// Takes a cell and the separator after it; a quoted cell has "" for a quote and may hold separators and line ends.
/// False when a quote is not closed.
bool take_csv_cell(std::string_view& rest, std::string& cell) {
  if (rest.empty() || rest.front() != '"') {
    const auto end = std::min(rest.find_first_of(",\n"), rest.size());
    cell.assign(rest.substr(0, end));
    rest.remove_prefix(end);
    return true;
  }
  rest.remove_prefix(1);
  for (;;) {
    const auto quote = rest.find('"');
    if (quote == std::string_view::npos) return false;
    cell.append(rest.substr(0, quote));
    rest.remove_prefix(quote + 1);
    if (rest.empty() || rest.front() != '"') return true;
    cell.push_back('"');
    rest.remove_prefix(1);
  }
}

/// Takes one line of CSV. HAProxy ends each line with a separator: the empty cell after it is none.
Result<Cells> take_csv(std::string_view& rest) {
  const auto line = rest;
  Cells cells;
  while (!rest.empty() && rest.front() != '\n') {
    std::string cell;
    if (!take_csv_cell(rest, cell)) return Error{Errc::invalid, "HAProxy: a quote is not closed: " + excerpt(line)};
    if (cells.size() == kMostColumns) return Error{Errc::invalid, "HAProxy: more than 1000 columns: " + excerpt(line)};
    cells.push_back(std::move(cell));
    if (rest.empty() || rest.front() == '\n') break;
    if (rest.front() != ',') return Error{Errc::invalid, "HAProxy: text after a closing quote: " + excerpt(line)};
    rest.remove_prefix(1);
  }
  if (rest.empty()) return Error{Errc::unavailable, "HAProxy: the answer was cut off at: " + excerpt(line)};
  rest.remove_prefix(1);
  return cells;
}

Result<Cells> take_words(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  if (end == std::string_view::npos) {
    return Error{Errc::unavailable, "HAProxy: the answer was cut off at: " + excerpt(line)};
  }
  rest.remove_prefix(end + 1);
  Cells cells;
  for (std::size_t at = 0; at < line.size();) {
    const auto stop = std::min(line.find(' ', at), line.size());
    if (stop > at) {
      if (cells.size() == kMostColumns)
        return Error{Errc::invalid, "HAProxy: more than 1000 columns: " + excerpt(line)};
      cells.emplace_back(line.substr(at, stop - at));
    }
    at = stop + 1;
  }
  return cells;
}

/// The text after `heading`'s `# `, where the heading begins a line.
std::optional<std::string_view> find_table(std::string_view answer, std::string_view heading) {
  for (auto at = answer.find(heading); at != std::string_view::npos; at = answer.find(heading, at + 1)) {
    if (at == 0 || answer[at - 1] == '\n') return answer.substr(at + 2);
  }
  return std::nullopt;
}

/// Reads to the empty line that ends a table.
Result<HaproxyTable> parse_table(std::string_view answer, std::string_view heading,
                                 Result<Cells> (*take)(std::string_view&)) {
  auto rest = find_table(answer, heading);
  if (!rest) {
    return Error{Errc::unavailable,
                 "HAProxy: no table '" + std::string{heading} + "' in the answer: " + excerpt(answer)};
  }
  auto columns = take(*rest);
  if (!columns) return columns.error();
  HaproxyTable table{.columns = *std::move(columns)};
  while (!rest->starts_with('\n')) {
    if (rest->empty())
      return Error{Errc::unavailable, "HAProxy: the answer was cut off in '" + std::string{heading} + "'"};
    const auto line = *rest;
    auto row = take(*rest);
    if (!row) return row.error();
    if (row->size() != table.columns.size()) {
      return Error{Errc::invalid, "HAProxy: " + std::to_string(row->size()) + " cells under " +
                                      std::to_string(table.columns.size()) + " columns: " + excerpt(line)};
    }
    if (table.rows.size() == kMostRows) return Error{Errc::invalid, "HAProxy: more than 200000 rows"};
    table.rows.push_back(*std::move(row));
  }
  return table;
}

}  // namespace

std::optional<std::size_t> HaproxyTable::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(std::distance(columns.begin(), found));
}

Result<HaproxyTable> parse_haproxy_stat(std::string_view answer) { return parse_table(answer, "# pxname,", take_csv); }

Result<HaproxyTable> parse_haproxy_servers_state(std::string_view answer) {
  return parse_table(answer, "# be_id ", take_words);
}

}  // namespace ballast
