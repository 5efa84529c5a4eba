// The simulation's pool keeps the contract that the real balancers keep.
#include "tests/support/balancer_contract.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "tests/sim/fakes.h"
#include "tests/sim/sim_clock.h"

namespace ballast::sim {
namespace {

template <class T>
Task<void> keep(Task<T> task, std::optional<T>* out) {
  T value = co_await task;
  out->emplace(std::move(value));
}

class SimulatedPool final : public BalancerWorld {
 public:
  std::vector<WantedMember> members() override {
    std::vector<WantedMember> result;
    for (const auto& [name, member] : world_.members()) result.push_back({.name = name, .address = "10.0.0.1:1"});
    return result;
  }
  Result<BalancerView> observe() override { return run(balancer_->observe()); }
  Result<Done> apply(std::vector<WantedMember> wanted) override {
    auto done = run(balancer_->apply(std::move(wanted)));
    faults_.troubles.clear();
    return done;
  }
  Result<Done> shed(std::int32_t percent, Duration retry_after) override {
    auto done = run(balancer_->shed(percent, retry_after));
    faults_.troubles.clear();
    return done;
  }
  std::int32_t refused_of(std::int32_t requests) override { return requests * world_.shed_at(world_.now()) / 100; }
  std::map<std::string, std::int32_t> truth() override {
    std::map<std::string, std::int32_t> result;
    for (const auto& [name, member] : world_.members())
      if (member.in_pool_since) result[name] = member.weight;
    return result;
  }
  void lose_next_answer() override {
    faults_.troubles.push_back({.target = Target::balancer, .fault = Fault::reply_lost, .to = 1e9});
  }

 private:
  template <class T>
  T run(Task<T> task) {
    std::optional<T> out;
    TaskGroup group;
    group.spawn(keep<T>(std::move(task), &out));
    clock_.run_for(std::chrono::seconds{5});
    return std::move(*out);
  }

  World world_{WorldOptions{.demand = {.points = {{0, 0}}}, .initial_members = 3}};
  Service service_{};
  FaultPlan faults_{};
  SimClock clock_{kBegan};
  LossyDisk disk_{"balancer-contract"};
  Stage stage_{.sites = {{&world_, &service_}}, .faults = faults_, .time = clock_, .disk = disk_};
  std::unique_ptr<Balancer> balancer_ = make_balancer(stage_, 0);
};

TEST(SimBalancer, KeepsTheContractOfABalancer) {
  SimulatedPool pool;
  // The world's own first members stand in its pool from the beginning.
  ASSERT_TRUE(pool.apply({}));
  check_balancer_contract(pool);
}

}  // namespace
}  // namespace ballast::sim
