#include "io/file_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <utility>

#include "core/task.h"
#include "io/asio.h"
#include "io/file_state.h"
#include "io/wakeable.h"

namespace ballast {
namespace {

constexpr std::uint32_t kEvents = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_MODIFY | IN_DELETE |
                                  IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr int kMostSettles = 20;  // then it is looked at even if it never settles

/// Says that something happened in some directories, not what: who hears it looks for himself. Shared with its own
/// pending wait.
struct Inotify : std::enable_shared_from_this<Inotify> {
  boost::asio::posix::stream_descriptor descriptor;
  std::function<void()> happened{};

  explicit Inotify(Loop& loop) : descriptor(context_of(loop)) {
    boost::system::error_code failed;
    const int made = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (made >= 0) descriptor.assign(made, failed);
  }
  void watch(const std::vector<std::string>& directories) {
    if (!descriptor.is_open()) return;
    // Always anew: a directory of the same name may be another one by now. The kernel knows those it has.
    for (const std::string& directory : directories)
      inotify_add_watch(descriptor.native_handle(), directory.c_str(), kEvents);
  }
  void wait() {
    if (!descriptor.is_open()) return;
    descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                            if (error || !self->happened) return;
                            self->drain();
                            self->wait();
                            self->happened();
                          });
  }
  void drain() {
    std::array<char, 4096> events{};
    while (read(descriptor.native_handle(), events.data(), events.size()) > 0) {
    }
  }
  void close() {
    happened = nullptr;
    boost::system::error_code ignored;
    descriptor.close(ignored);
  }
};

class PathWatch final : public FileWatch {
 public:
  PathWatch(Loop& loop, std::vector<std::string> paths, std::function<void()> changed, FileWatchOptions options)
      : loop_(loop),
        paths_(std::move(paths)),
        changed_(std::make_shared<std::function<void()>>(std::move(changed))),
        options_(options),
        seen_(file_states(paths_)) {
    if (options_.inotify) {
      inotify_ = std::make_shared<Inotify>(loop);
      inotify_->happened = [this] {
        dirty_ = true;
        if (rest_ != nullptr) rest_->wake();
      };
      inotify_->watch(directories_of(paths_));
      inotify_->wait();
    }
    task_.spawn(run());
  }
  ~PathWatch() override {
    if (inotify_) inotify_->close();
  }

 private:
  Task<void> run() {
    for (;;) {
      {
        Wakeable rest(loop_, loop_.now() + options_.poll);
        rest_ = &rest;
        if (dirty_) rest.wake();
        (void)co_await rest;
        rest_ = nullptr;
      }
      for (int settles = 0; dirty_ && settles < kMostSettles; ++settles) {
        dirty_ = false;
        co_await Sleep(loop_, loop_.now() + options_.settle);
      }
      look();
    }
  }

  void look() {
    if (inotify_) inotify_->watch(directories_of(paths_));  // before looking: what comes later is heard
    auto now = file_states(paths_);
    if (now == seen_) return;
    seen_ = std::move(now);
    // From outside of this task, since `changed` may destroy it.
    loop_.post([weak = std::weak_ptr(changed_)] {
      if (const auto changed = weak.lock()) (*changed)();
    });
  }

  Loop& loop_;
  std::vector<std::string> paths_;
  std::shared_ptr<std::function<void()>> changed_;
  FileWatchOptions options_;
  std::vector<FileState> seen_;
  std::shared_ptr<Inotify> inotify_{};
  Wakeable* rest_ = nullptr;
  bool dirty_ = false;
  TaskGroup task_{};
};

}  // namespace

std::unique_ptr<FileWatch> make_file_watch(Loop& loop, std::vector<std::string> paths, std::function<void()> changed,
                                           FileWatchOptions options) {
  return std::make_unique<PathWatch>(loop, std::move(paths), std::move(changed), options);
}

}  // namespace ballast
