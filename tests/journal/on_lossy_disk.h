// The fixture of the tests of a journal on a simulated disk.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "controller/journal/journal.h"
#include "tests/journal/support.h"
#include "tests/lossy_vfs/lossy_vfs.h"

namespace ballast {

/// A journal on a simulated disk, opened anew as often as wanted.
class OnLossyDisk : public ::testing::Test {
 protected:
  static constexpr const char* kPath = "/var/journal.db";

  void open(std::int64_t max_bytes = 1 << 30) {
    journal_.reset();
    JournalOptions options;
    options.path = kPath;
    options.vfs = disk_.name();
    options.lock_folder = false;
    options.max_bytes = max_bytes;
    auto opened = Journal::open(options, executor_);
    ASSERT_TRUE(opened) << opened.error().message;
    journal_ = std::move(*opened);
  }
  Result<Done> append(const std::string& workload, std::uint64_t sequence, Durability durability = Durability::normal,
                      std::size_t filler = 0) {
    return await(journal_->append(frame(workload, sequence, filler), std::nullopt, durability));
  }
  Result<Done> snap(const std::string& workload, std::uint64_t sequence, std::size_t filler = 0) {
    return await(journal_->snapshot(snapshot(workload, sequence, filler), nullptr, Durability::full));
  }
  Recovered recover(const std::string& workload) {
    auto recovered = await(journal_->recover(workload));
    EXPECT_TRUE(recovered) << recovered.error().message;
    return recovered && *recovered ? **recovered : Recovered{};
  }

  LossyDisk disk_{"lossy", 1};
  InlineExecutor executor_{};
  std::unique_ptr<Journal> journal_{};
};

}  // namespace ballast
