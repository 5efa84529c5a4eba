#include "controller/journal/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace ballast {
namespace {

constexpr int kBusyMilliseconds = 2000;  // a reader that recovers the log holds a lock for a moment

Errc errc_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::invalid;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      return Errc::bug;
    default:
      return Errc::unavailable;
  }
}

Error error_of(sqlite3* handle, int code, const std::string& path, std::string_view doing) {
  const char* text = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  return Error{errc_of(code),
               "journal " + path + ": " + std::string(doing) + ": " + text + " (SQLite " + std::to_string(code) + ")"};
}

int bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *number);
  if (const auto* text = std::get_if<std::string_view>(&value))
    return sqlite3_bind_text64(statement, index, text->data() == nullptr ? "" : text->data(), text->size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  const std::string_view bytes = std::get<Blob>(value).bytes;
  if (bytes.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
  return sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_STATIC);
}

/// Resets a statement however its use ends: a running one would keep the database locked.
class Running {
 public:
  explicit Running(sqlite3_stmt* statement) : statement_(statement) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

/// A file through the VFS, so that simulated disks can be copied too.
class VfsFile {
 public:
  VfsFile(sqlite3_vfs* vfs, const std::string& path, int flags)
      : memory_(static_cast<std::size_t>(vfs->szOsFile)), file_(reinterpret_cast<sqlite3_file*>(memory_.data())) {
    std::vector<char> full(static_cast<std::size_t>(vfs->mxPathname) + 2);  // a VFS wants what xFullPathname gave
    if (vfs->xFullPathname(vfs, path.c_str(), static_cast<int>(full.size()), full.data()) != SQLITE_OK) return;
    name_.assign(full.data());
    name_.append(4, '\0');  // read beyond its end by sqlite3_uri_parameter
    open_ = vfs->xOpen(vfs, name_.c_str(), file_, flags, nullptr) == SQLITE_OK;
  }
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;
  ~VfsFile() {
    if (open_ && file_->pMethods != nullptr) file_->pMethods->xClose(file_);
  }
  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] std::int64_t size() {
    sqlite3_int64 bytes = 0;
    return file_->pMethods->xFileSize(file_, &bytes) == SQLITE_OK ? bytes : -1;
  }
  bool read(char* to, int count, std::int64_t at) { return file_->pMethods->xRead(file_, to, count, at) == SQLITE_OK; }
  bool write(const char* from, int count, std::int64_t at) {
    return file_->pMethods->xWrite(file_, from, count, at) == SQLITE_OK;
  }
  bool sync() { return file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL) == SQLITE_OK; }

 private:
  std::vector<char> memory_;
  sqlite3_file* file_;
  std::string name_{};
  bool open_ = false;
};

bool copy_file(sqlite3_vfs* vfs, const std::string& from, const std::string& to) {
  VfsFile source(vfs, from, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB);
  VfsFile target(vfs, to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB);
  if (!source.is_open() || !target.is_open()) return false;
  std::array<char, 65536> buffer{};
  const std::int64_t size = source.size();
  for (std::int64_t at = 0; at < size;) {
    const int count = static_cast<int>(std::min<std::int64_t>(size - at, std::ssize(buffer)));
    if (!source.read(buffer.data(), count, at) || !target.write(buffer.data(), count, at)) return false;
    at += count;
  }
  return size >= 0 && target.sync();
}

bool exists(sqlite3_vfs* vfs, const std::string& path) {
  int found = 0;
  return vfs->xAccess(vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK && found != 0;
}

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%')
      uri += c == '?' ? "%3f" : c == '#' ? "%23" : "%25";
    else
      uri += c;
  }
  return uri + "?immutable=1";
}

}  // namespace

bool Row::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }
std::string_view Row::text(int column) const { return blob(column); }
std::string_view Row::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string_view{} : std::string_view{static_cast<const char*>(data), size};
}

Database::Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

Database::~Database() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<std::unique_ptr<Database>> Database::open_as(const std::string& path, const std::string& name,
                                                    const std::string& vfs, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Database> database(new Database(handle, path));
  if (code != SQLITE_OK) return error_of(handle, code, path, "open");
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return database;
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, const std::string& vfs, Mode mode) {
  if (mode == Mode::read_write) return open_as(path, path, vfs, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  auto database = open_as(path, path, vfs, SQLITE_OPEN_READONLY);
  if (!database) return database;
  if ((*database)->integer("SELECT count(*) FROM sqlite_schema", {}, 0)) return database;
  // Who may not write beside the file cannot make the log's index, and needs none once the log is gone.
  sqlite3_vfs* disk = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  if ((sqlite3_errcode((*database)->handle_) & 0xff) != SQLITE_CANTOPEN || exists(disk, path + "-wal")) return database;
  return open_as(path, immutable_uri(path), vfs, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

Error Database::failure(const char* doing) const {
  return error_of(handle_, sqlite3_extended_errcode(handle_), path_, std::string_view(doing).substr(0, 60));
}

Result<sqlite3_stmt*> Database::prepare(const char* sql, std::initializer_list<SqlValue> values) {
  sqlite3_stmt*& statement = prepared_[sql];
  if (statement == nullptr &&
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return failure(sql);
  int index = 0;
  for (const SqlValue& value : values)
    if (bind(statement, ++index, value) != SQLITE_OK) return failure(sql);
  return statement;
}

Result<Done> Database::run(const char* sql, std::initializer_list<SqlValue> values) {
  return each(sql, values, [](const Row&) { return true; });
}

Result<Done> Database::each(const char* sql, std::initializer_list<SqlValue> values,
                            const std::function<bool(const Row&)>& row) {
  auto statement = prepare(sql, values);
  if (!statement) return statement.error();
  const Running running(*statement);
  for (;;) {
    const int code = sqlite3_step(*statement);
    if (code == SQLITE_DONE) return Done{};
    if (code != SQLITE_ROW) return failure(sql);
    if (!row(Row{*statement})) return Done{};
  }
}

Result<std::int64_t> Database::integer(const char* sql, std::initializer_list<SqlValue> values, std::int64_t fallback) {
  std::int64_t value = fallback;
  auto read = each(sql, values, [&value](const Row& row) {
    if (!row.null(0)) value = row.integer(0);
    return false;
  });
  if (!read) return read.error();
  return value;
}

Result<Done> Database::script(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failure(sql.c_str());
  return Done{};
}

void Database::rollback() {
  if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<std::string> set_aside(const std::string& path, const std::string& vfs_name) {
  sqlite3_initialize();  // before the first open: finds the VFSes
  sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name.empty() ? nullptr : vfs_name.c_str());
  if (vfs == nullptr) return Error{Errc::invalid, "journal " + path + ": no SQLite VFS named " + vfs_name};
  int number = 1;
  while (exists(vfs, path + ".corrupt-" + std::to_string(number))) ++number;
  const std::string aside = path + ".corrupt-" + std::to_string(number);
  const bool log = exists(vfs, path + "-wal");
  if (!copy_file(vfs, path, aside) || (log && !copy_file(vfs, path + "-wal", aside + "-wal")))
    return Error{Errc::unavailable, "journal " + path + ": is corrupt and cannot be copied to " + aside};
  for (const char* suffix : {"-wal", "-shm", ""})
    if (exists(vfs, path + suffix) && vfs->xDelete(vfs, (path + suffix).c_str(), 1) != SQLITE_OK)
      return Error{Errc::unavailable, "journal " + path + suffix + ": is corrupt and cannot be removed"};
  return aside;
}

}  // namespace ballast
