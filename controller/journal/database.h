// SQLite behind three calls: run a statement, read its rows, know why it failed. The only user of sqlite3.h; blocks,
// so it runs on the executor's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ballast {

/// Bytes that are bound as a blob; the viewed bytes outlive the call.
struct Blob {
  std::string_view bytes{};
};
using SqlValue = std::variant<std::int64_t, std::string_view, Blob>;

/// One row while it is current; what it views ends with the callback.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] bool null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view blob(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// Errors of all functions: invalid (corrupt, or no database at all), unavailable (full, read-only, busy, I/O).
class Database {
 public:
  enum class Mode : std::uint8_t { read_write, read_only };
  /// Opens or, in read_write, begins a database. A read-only one may be written by another process meanwhile.
  static Result<std::unique_ptr<Database>> open(const std::string& path, const std::string& vfs, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// One statement, its rows unread. `sql` is a literal: statements are kept prepared by it.
  Result<Done> run(const char* sql, std::initializer_list<SqlValue> values = {});
  /// Calls `row` until it returns false.
  Result<Done> each(const char* sql, std::initializer_list<SqlValue> values,
                    const std::function<bool(const Row&)>& row);
  /// The first column of the first row, or `fallback` without a row or for NULL.
  Result<std::int64_t> integer(const char* sql, std::initializer_list<SqlValue> values, std::int64_t fallback);
  /// Several statements without values, not kept: schema steps.
  Result<Done> script(const std::string& sql);
  /// Undoes an open transaction, if there is one.
  void rollback();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Database(sqlite3* handle, std::string path);
  static Result<std::unique_ptr<Database>> open_as(const std::string& path, const std::string& name,
                                                   const std::string& vfs, int flags);
  Result<sqlite3_stmt*> prepare(const char* sql, std::initializer_list<SqlValue> values);
  [[nodiscard]] Error failure(const char* doing) const;

  sqlite3* handle_;
  std::string path_;
  std::map<const char*, sqlite3_stmt*> prepared_{};
};

/// Moves a database with its log aside to `path`.corrupt-<n> and returns that name; the newest log index is dropped.
/// Errors: unavailable.
Result<std::string> set_aside(const std::string& path, const std::string& vfs);

}  // namespace ballast
