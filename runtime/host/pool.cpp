// SPDX-License-Identifier: Apache-2.0
// The pool of threads. A phase takes some ten to some hundred microseconds, so workers look out for
// the next one for a while before they sleep, and starting one costs the caller a store.
#include "status.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

using cnnc::fail;

namespace {
constexpr int32_t most_workers = 1024;
constexpr int looks_before_sleep = 8192; // some 200 us
constexpr int looks_before_yield = 256;  // for machines with fewer cores than threads

void look_again(int looks) {
  if (looks % looks_before_yield == looks_before_yield - 1)
    return std::this_thread::yield();
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

struct Job {
  cnnc_task task = nullptr;
  void *context = nullptr;
  int64_t size = 0;
  int32_t shares = 0;

  void run(int32_t worker) const {
    int64_t part = size / shares, rest = size % shares;
    int64_t begin = worker * part + (worker < rest ? worker : rest);
    task(context, begin, begin + part + (worker < rest), worker);
  }
};
} // namespace

struct cnnc_pool {
  explicit cnnc_pool(int32_t count);
  ~cnnc_pool();
  void parallel_for(int64_t size, int64_t grain, cnnc_task task, void *context);

  cnnc_threads threads;

private:
  /// What workers watch: the number of shares, below a number that changes with every job. A worker
  /// whose number is not below the shares never reads the job, so the caller waits for the others
  /// only.
  static constexpr uint64_t shares_mask = 0xffff;
  static constexpr uint64_t stop = shares_mask;

  void publish(uint64_t shares);
  void work(int32_t worker);
  uint64_t await_change(uint64_t seen);
  void stop_workers();

  Job job;
  alignas(64) std::atomic<uint64_t> current{0};
  alignas(64) std::atomic<int32_t> unfinished{0};
  alignas(64) std::atomic<bool> taken{false};
  std::atomic<int32_t> sleepers{0};
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::thread> workers;
};

cnnc_pool::cnnc_pool(int32_t count) {
  auto enter = [](void *pool, int64_t size, int64_t grain, cnnc_task task, void *context) {
    static_cast<cnnc_pool *>(pool)->parallel_for(size, grain, task, context);
  };
  threads = {enter, this, count};
  try {
    workers.reserve(count - 1);
    for (int32_t worker = 1; worker < count; ++worker)
      workers.emplace_back([this, worker] { work(worker); });
  } catch (...) {
    stop_workers();
    throw;
  }
}

cnnc_pool::~cnnc_pool() { stop_workers(); }

void cnnc_pool::stop_workers() {
  publish(stop);
  for (std::thread &worker : workers)
    worker.join();
}

void cnnc_pool::parallel_for(int64_t size, int64_t grain, cnnc_task task, void *context) {
  if (size <= 0)
    return;
  int64_t shares = grain > 1 ? size / grain : size;
  shares = shares < 1 ? 1 : shares > threads.count ? threads.count : shares;
  if (shares == 1 || taken.exchange(true, std::memory_order_acquire)) {
    task(context, 0, size, 0);
    return;
  }
  job = {task, context, size, static_cast<int32_t>(shares)};
  unfinished.store(job.shares - 1, std::memory_order_relaxed);
  publish(job.shares);
  job.run(0);
  for (int looks = 0; unfinished.load(std::memory_order_acquire); ++looks)
    look_again(looks);
  taken.store(false, std::memory_order_release);
}

/// Either a worker counts itself as asleep before this looks, or it sees the change before it
/// sleeps: both sides write before they read, in one order that all threads agree on.
void cnnc_pool::publish(uint64_t shares) {
  uint64_t number = current.load(std::memory_order_relaxed) & ~shares_mask;
  current.store((number + shares_mask + 1) | shares, std::memory_order_seq_cst);
  if (!sleepers.load(std::memory_order_seq_cst))
    return;
  { std::lock_guard<std::mutex> lock(mutex); }
  changed.notify_all();
}

uint64_t cnnc_pool::await_change(uint64_t seen) {
  for (int looks = 0; looks < looks_before_sleep; ++looks) {
    uint64_t now = current.load(std::memory_order_acquire);
    if (now != seen)
      return now;
    look_again(looks);
  }
  std::unique_lock<std::mutex> lock(mutex);
  sleepers.fetch_add(1, std::memory_order_seq_cst);
  uint64_t now;
  changed.wait(lock, [&] { return (now = current.load(std::memory_order_seq_cst)) != seen; });
  sleepers.fetch_sub(1, std::memory_order_relaxed);
  return now;
}

void cnnc_pool::work(int32_t worker) {
  for (uint64_t seen = 0;;) {
    seen = await_change(seen);
    uint64_t shares = seen & shares_mask;
    if (shares == stop)
      return;
    if (static_cast<uint64_t>(worker) >= shares)
      continue;
    job.run(worker);
    unfinished.fetch_sub(1, std::memory_order_release);
  }
}

cnnc_status cnnc_pool_create(int32_t count, cnnc_pool **pool) try {
  if (!pool || count < 0 || count > most_workers)
    return fail(CNNC_INVALID_ARGUMENT, "a pool has 1 to %d workers, not %d", most_workers, count);
  if (count == 0)
    count = static_cast<int32_t>(std::thread::hardware_concurrency());
  *pool = new cnnc_pool(count < 1 ? 1 : count > most_workers ? most_workers : count);
  return CNNC_OK;
} catch (const std::bad_alloc &) {
  return fail(CNNC_OUT_OF_MEMORY, "no memory for %d threads", count);
} catch (const std::system_error &error) {
  return fail(CNNC_OUT_OF_MEMORY, "cannot start %d threads: %s", count, error.what());
}

const cnnc_threads *cnnc_pool_threads(const cnnc_pool *pool) { return &pool->threads; }

void cnnc_pool_destroy(cnnc_pool *pool) { delete pool; }
