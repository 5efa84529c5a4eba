#include "controller/journal/journal.h"

#include <coroutine>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>

#include "controller/journal/history.h"
#include "controller/journal/lock.h"
#include "controller/journal/store.h"

namespace ballast {
namespace {

constexpr std::size_t kMostInBatch = 20'000;

/// A write that joins a batch, or a job that runs alone: reading must not see half a batch.
struct Entry {
  Write write{};
  std::function<void(Store&)> job{};
  std::string about{};  ///< the workload that a job may change the marks of
  Result<Done> result{Done{}};
  std::coroutine_handle<> waiter{};
  bool finished = false;
};
using Entries = std::vector<std::shared_ptr<Entry>>;

}  // namespace

struct Journal::State {
  State(Executor& where, std::shared_ptr<Store> with) : executor(where), store(std::move(with)) {}
  Executor& executor;
  std::optional<Lock> lock{};
  std::shared_ptr<Store> store;  ///< touched on the executor only, after `open`
  std::deque<std::shared_ptr<Entry>> queue{};
  bool running = false;
  bool pumping = false;
  std::map<std::string, Marks> marks{};
  TimePoint newest{};
  bool writable = true;
  std::optional<Gap> gap{};
  std::vector<std::string> notes{};

  void absorb(Commit commit) {
    for (const auto& [name, mark] : commit.marks) marks[name] = mark;
    newest = std::max(newest, commit.newest);
    writable = commit.writable;
    gap = commit.gap;
    for (std::string& note : commit.notes) notes.push_back(std::move(note));
  }

  Entries next_batch() {
    Entries batch;
    while (!queue.empty() && batch.size() < kMostInBatch) {
      if (queue.front()->job && !batch.empty()) break;
      batch.push_back(std::move(queue.front()));
      queue.pop_front();
      if (batch.back()->job) break;
    }
    return batch;
  }

  /// One batch at a time; a loop, since an inline executor has finished when `start` returns.
  static void pump(const std::shared_ptr<State>& self) {
    if (self->pumping) return;
    self->pumping = true;
    while (!self->running && !self->queue.empty()) start(self);
    self->pumping = false;
  }

  static void start(const std::shared_ptr<State>& self) {
    self->running = true;
    auto batch = std::make_shared<Entries>(self->next_batch());
    auto commit = std::make_shared<std::optional<Commit>>();
    self->executor.run([store = self->store, batch, commit] { *commit = work(*store, *batch); },
                       [self, batch, commit] {
                         self->finish(*batch, std::move(**commit));
                         pump(self);
                       });
  }

  static Commit work(Store& store, const Entries& batch) {
    if (batch.front()->job) {
      batch.front()->job(store);
      Commit commit = store.state(batch.front()->about.empty() ? "-" : batch.front()->about);
      commit.results.assign(1, Done{});
      return commit;
    }
    std::vector<const Write*> writes;
    writes.reserve(batch.size());
    for (const auto& entry : batch) writes.push_back(&entry->write);
    return store.commit(writes);
  }

  /// Waiters that write again meanwhile join the next batch.
  void finish(const Entries& batch, Commit commit) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      batch[i]->result = commit.results[i];
      batch[i]->finished = true;
    }
    absorb(std::move(commit));
    for (const auto& entry : batch)
      if (entry->waiter) std::exchange(entry->waiter, nullptr).resume();
    running = false;
  }

  /// Waits for an entry. A waiter that is destroyed is forgotten; its write is still made.
  class [[nodiscard]] Submitted {
   public:
    Submitted(std::shared_ptr<State> state, std::shared_ptr<Entry> entry)
        : state_(std::move(state)), entry_(std::move(entry)) {}
    Submitted(const Submitted&) = delete;
    Submitted& operator=(const Submitted&) = delete;
    ~Submitted() { entry_->waiter = nullptr; }
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) {
      const auto state = state_;
      const auto entry = entry_;
      state->queue.push_back(entry);
      pump(state);
      if (entry->finished) return false;
      entry->waiter = waiter;
      return true;
    }
    Result<Done> await_resume() { return entry_->result; }

   private:
    std::shared_ptr<State> state_;
    std::shared_ptr<Entry> entry_;
  };

  static Task<Result<Done>> write(std::shared_ptr<State> self, Write write) {
    auto entry = std::make_shared<Entry>();
    entry->write = std::move(write);
    Submitted submitted(std::move(self), std::move(entry));
    co_return co_await submitted;
  }

  /// `read` runs on the executor; unavailable without a file that can be opened.
  template <class T>
  static Task<Result<T>> read(std::shared_ptr<State> self, std::function<Result<T>(Store&, Database&)> read,
                              std::string about = {}) {
    auto value = std::make_shared<Result<T>>(Error{Errc::unavailable, "journal: cannot be opened"});
    auto entry = std::make_shared<Entry>();
    entry->about = std::move(about);
    entry->job = [value, read](Store& opened) {
      if (Database* database = opened.reader()) *value = read(opened, *database);
    };
    Submitted submitted(std::move(self), std::move(entry));
    (void)co_await submitted;  // what it says is in `value`
    co_return std::move(*value);
  }
};

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options, Executor& executor) {
  auto store = std::make_shared<Store>(options);
  auto state = std::make_shared<State>(executor, store);
  if (options.lock_folder) {
    const std::string folder = std::filesystem::path(options.path).parent_path().string();
    auto lock = ballast::lock_folder(folder.empty() ? "." : folder);
    if (!lock) return lock.error();
    state->lock.emplace(std::move(*lock));
  }
  auto ready = store->ready();
  if (!ready && ready.error().code != Errc::unavailable) return ready.error();
  state->absorb(store->state(""));
  return std::unique_ptr<Journal>(new Journal(std::move(state)));
}

Journal::Journal(std::shared_ptr<State> state) : state_(std::move(state)) {}
Journal::~Journal() = default;

Task<Result<Done>> Journal::append(Frame frame, std::optional<Record> record, Durability durability) {
  return State::write(state_, Write{Tick{std::move(frame), std::move(record)}, durability});
}
Task<Result<Done>> Journal::snapshot(Snapshot snapshot, Durability durability) {
  return State::write(state_, Write{std::move(snapshot), durability});
}
Task<Result<Done>> Journal::put_document(Fingerprint fingerprint, std::string text) {
  return State::write(state_, Write{Document{fingerprint, std::move(text)}, Durability::normal});
}
Task<Result<Done>> Journal::put(std::string key, std::optional<std::string> value, Durability durability) {
  return State::write(state_, Write{Pair{std::move(key), std::move(value)}, durability});
}
Task<Result<Done>> Journal::flush() { return State::write(state_, Write{std::monostate{}, Durability::full}); }

Task<Result<std::optional<std::string>>> Journal::document(Fingerprint fingerprint) {
  return State::read<std::optional<std::string>>(
      state_, [fingerprint](Store&, Database& database) { return History(database).document(fingerprint); });
}

Task<Result<std::optional<Recovered>>> Journal::recover(std::string workload) {
  return State::read<std::optional<Recovered>>(
      state_,
      [workload](Store& store, Database& database) {
        auto recovered = History(database).recover(workload);
        if (!recovered || (*recovered && !(*recovered)->damage.empty())) store.mark_gap(workload);
        return recovered;
      },
      workload);
}

Task<Result<std::vector<std::string>>> Journal::workloads() {
  return State::read<std::vector<std::string>>(
      state_, [](Store&, Database& database) { return History(database).workloads(); });
}

Task<Result<std::vector<std::pair<std::string, std::string>>>> Journal::pairs(std::string prefix) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  return State::read<Pairs>(state_, [prefix](Store&, Database& database) -> Result<Pairs> {
    Pairs pairs;
    auto read = database.each("SELECT key, value FROM pairs WHERE key >= ? ORDER BY key", {std::string_view(prefix)},
                              [&pairs, &prefix](const Row& row) {
                                if (!row.text(0).starts_with(prefix)) return false;
                                pairs.emplace_back(row.text(0), row.text(1));
                                return true;
                              });
    if (!read) return read.error();
    return pairs;
  });
}

bool Journal::snapshot_due(const std::string& workload) const {
  const auto found = state_->marks.find(workload);
  return found == state_->marks.end() || found->second.snapshot_due || found->second.needs_snapshot;
}
bool Journal::needs_snapshot(const std::string& workload) const {
  const auto found = state_->marks.find(workload);
  return found == state_->marks.end() || found->second.needs_snapshot;
}
TimePoint Journal::newest() const { return state_->newest; }
bool Journal::writable() const { return state_->writable; }
std::optional<Gap> Journal::gap() const { return state_->gap; }
const std::vector<std::string>& Journal::report() const { return state_->notes; }

}  // namespace ballast
