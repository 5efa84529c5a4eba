#include "controller/journal/journal.h"

#include <algorithm>
#include <coroutine>
#include <deque>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "controller/journal/history.h"
#include "controller/journal/lock.h"
#include "controller/journal/store.h"

namespace ballast {
namespace {

constexpr std::size_t kMostWrites = 20'000;
constexpr std::size_t kMostJobs = 500;

/// A write, or a job that reads.
struct Entry {
  Write write{};
  std::function<void(Store&)> job{};
  std::uint64_t after = 0;  ///< of a job: so many writes were submitted before it
  std::string about{};      ///< the workload that a job may change the marks of
  Result<Done> result{Done{}};
  std::coroutine_handle<> waiter{};
  bool finished = false;
};
using Queue = std::deque<std::shared_ptr<Entry>>;
using Entries = std::vector<std::shared_ptr<Entry>>;

/// Writes of one transaction, then the jobs that see it: a start of many workloads, which read and write by turns, is
/// few batches.
struct Batch {
  Entries writes{};
  Entries jobs{};
};

void take_first(Queue& from, Entries& into) {
  into.push_back(std::move(from.front()));
  from.pop_front();
}

}  // namespace

struct Journal::State {
  State(Executor& where, std::shared_ptr<Store> with) : executor(where), store(std::move(with)) {}
  Executor& executor;
  std::optional<Lock> lock{};
  std::shared_ptr<Store> store;  ///< touched on the executor only, after `open`
  Queue writes{};
  Queue jobs{};
  std::uint64_t submitted = 0;  ///< writes
  std::uint64_t taken = 0;      ///< of them, into batches
  bool running = false;
  bool pumping = false;
  std::map<std::string, Marks> marks{};
  TimePoint newest{};
  bool writable = true;
  std::optional<Gap> gap{};
  std::vector<std::string> notes{};
  std::uint32_t files_begun = 0;

  void absorb(Commit commit) {
    for (const auto& [name, mark] : commit.marks) marks[name] = mark;
    newest = std::max(newest, commit.newest);
    writable = commit.writable;
    gap = commit.gap;
    files_begun = commit.files_begun;
    for (std::string& note : commit.notes) notes.push_back(std::move(note));
  }

  /// A job sees all writes that were submitted before it.
  Batch next_batch() {
    Batch batch;
    while (!writes.empty() && batch.writes.size() < kMostWrites) take_first(writes, batch.writes);
    taken += batch.writes.size();
    while (!jobs.empty() && jobs.front()->after <= taken && batch.jobs.size() < kMostJobs) take_first(jobs, batch.jobs);
    return batch;
  }

  /// One batch at a time; a loop, since an inline executor has finished when `start` returns.
  static void pump(const std::shared_ptr<State>& self) {
    if (self->pumping) return;
    self->pumping = true;
    while (!self->running && !(self->writes.empty() && self->jobs.empty())) start(self);
    self->pumping = false;
  }

  static void start(const std::shared_ptr<State>& self) {
    self->running = true;
    auto batch = std::make_shared<Batch>(self->next_batch());
    auto commit = std::make_shared<std::optional<Commit>>();
    self->executor.run([store = self->store, batch, commit] { *commit = work(*store, *batch); },
                       [self, batch, commit] {
                         self->finish(*batch, std::move(**commit));
                         pump(self);
                       });
  }

  static Commit work(Store& store, const Batch& batch) {
    Commit commit;
    if (!batch.writes.empty()) {
      std::vector<const Write*> writes;
      writes.reserve(batch.writes.size());
      for (const auto& entry : batch.writes) writes.push_back(&entry->write);
      commit = store.commit(writes);
    }
    for (const auto& entry : batch.jobs) {
      entry->job(store);
      add(commit, store.state(entry->about.empty() ? "-" : entry->about), batch.writes.empty());
    }
    return commit;
  }

  /// What is known after a job. Only a write tells whether writing works, as long as there is one.
  static void add(Commit& commit, Commit seen, bool tells_writable) {
    for (const auto& [name, marks] : seen.marks) commit.marks[name] = marks;
    std::ranges::move(seen.notes, std::back_inserter(commit.notes));
    commit.newest = seen.newest;
    commit.files_begun = seen.files_begun;
    commit.gap = std::move(seen.gap);
    if (tells_writable) commit.writable = seen.writable;
  }

  /// Waiters that write again meanwhile join the next batch.
  void finish(const Batch& batch, Commit commit) {
    for (std::size_t i = 0; i < batch.writes.size(); ++i) batch.writes[i]->result = commit.results[i];
    absorb(std::move(commit));
    for (const Entries* entries : {&batch.writes, &batch.jobs})
      for (const auto& entry : *entries) entry->finished = true;
    for (const Entries* entries : {&batch.writes, &batch.jobs})
      for (const auto& entry : *entries)
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
      if (!entry->job) ++state->submitted;
      entry->after = state->submitted;
      (entry->job ? state->jobs : state->writes).push_back(entry);
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
Task<Result<Done>> Journal::snapshot(Snapshot snapshot, DocumentText text, Durability durability) {
  return State::write(state_, Write{Kept{std::move(snapshot), std::move(text)}, durability});
}
Task<Result<Done>> Journal::put_document(Fingerprint fingerprint, DocumentText text) {
  return State::write(state_, Write{WrittenDocument{fingerprint, std::move(text)}, Durability::normal});
}
Task<Result<Done>> Journal::put(std::vector<PairToWrite> pairs, Durability durability) {
  return State::write(state_, Write{Pairs{std::move(pairs)}, durability});
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
  return State::read<std::vector<std::pair<std::string, std::string>>>(
      state_, [prefix](Store&, Database& database) { return History(database).pairs(prefix); });
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
std::uint32_t Journal::files_begun() const { return state_->files_begun; }
const std::vector<std::string>& Journal::report() const { return state_->notes; }

}  // namespace ballast
