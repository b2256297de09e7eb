// SPDX-License-Identifier: Apache-2.0
// Opening libraries, memory, and the pool of threads.
#include <cnnc/host.h>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {
std::string folder() { return CNNC_TEST_LIBRARIES; }

cnnc_status open(const std::string &name, std::string &message) {
  cnnc_library *library = nullptr;
  cnnc_status status = cnnc_library_open((folder() + "/" + name).c_str(), &library);
  message = cnnc_last_error();
  EXPECT_EQ(library != nullptr, status == CNNC_OK);
  cnnc_library_close(library);
  return status;
}

struct Pool {
  explicit Pool(int32_t count) { EXPECT_EQ(cnnc_pool_create(count, &pool), CNNC_OK); }
  ~Pool() { cnnc_pool_destroy(pool); }
  void parallelFor(int64_t size, int64_t grain, cnnc_task task, void *context) {
    const cnnc_threads *threads = cnnc_pool_threads(pool);
    threads->parallel_for(threads->pool, size, grain, task, context);
  }
  cnnc_pool *pool = nullptr;
};

struct Share {
  int64_t begin, end;
};

/// Counts how often each part is computed, and notes the share of each worker.
struct Counter {
  explicit Counter(int64_t size) : parts(size), shares(64, Share{0, 0}) {}
  static void task(void *context, int64_t begin, int64_t end, int32_t worker) {
    auto *counter = static_cast<Counter *>(context);
    counter->shares[worker] = {begin, end};
    for (int64_t i = begin; i < end; ++i)
      ++counter->parts[i];
  }
  std::vector<int> parts;
  std::vector<Share> shares;
};

/// Runs fake_network.c's network once.
bool runsRight(const cnnc_network *network, const cnnc_threads *threads) {
  float x[24], y[24], sums[2];
  for (int i = 0; i < 24; ++i)
    x[i] = float(i - 5);
  const void *inputs[] = {x};
  void *outputs[] = {y, sums}, *arena = nullptr;
  if (cnnc_arena_create(network, &arena) != CNNC_OK)
    return false;
  cnnc_call call = {sizeof call, 1, inputs, outputs, arena, threads, nullptr, nullptr};
  bool right = network->run(network, &call) == CNNC_OK;
  cnnc_arena_destroy(arena);
  for (int i = 0; i < 24; ++i)
    right &= y[i] == (x[i] > 0 ? 2 * x[i] : 0);
  return right && sums[0] == 21 && sums[1] == 12 * 7 + 66;
}
} // namespace

TEST(Library, OpensAndSaysWhatItHolds) {
  cnnc_library *library = nullptr;
  ASSERT_EQ(cnnc_library_open((folder() + "/fake.so").c_str(), &library), CNNC_OK);
  const cnnc_network *network = cnnc_library_network(library);
  EXPECT_STREQ(network->name, "fake");
  EXPECT_EQ(cnnc_network_check(network), CNNC_OK);
  cnnc_library_close(library);
}

TEST(Library, RefusesWhatIsNone) {
  std::string message;
  EXPECT_EQ(open("absent.so", message), CNNC_NOT_FOUND);
  EXPECT_NE(message.find("absent.so: No such file"), std::string::npos) << message;
  EXPECT_EQ(open("", message), CNNC_NOT_FOUND);
  EXPECT_NE(message.find("not a file"), std::string::npos) << message;
  EXPECT_EQ(open("other.so", message), CNNC_NOT_FOUND);
  EXPECT_NE(message.find("no function cnnc_model"), std::string::npos) << message;
  std::ofstream(folder() + "/text.so") << "not a library";
  EXPECT_EQ(open("text.so", message), CNNC_NOT_FOUND);
  EXPECT_NE(message.find("not a shared library"), std::string::npos) << message;
  EXPECT_EQ(cnnc_library_open(nullptr, nullptr), CNNC_INVALID_ARGUMENT);
}

TEST(Library, RefusesAnotherVersionOfTheInterface) {
  std::string message;
  EXPECT_EQ(open("old.so", message), CNNC_INCOMPATIBLE);
  EXPECT_NE(message.find("version 77"), std::string::npos) << message;
}

TEST(Library, OpensForAnotherMachineButDoesNotFitThisOne) {
  cnnc_library *library = nullptr;
  ASSERT_EQ(cnnc_library_open((folder() + "/foreign.so").c_str(), &library), CNNC_OK);
  EXPECT_EQ(cnnc_network_check(cnnc_library_network(library)), CNNC_UNSUPPORTED_CPU);
  cnnc_library_close(library);
}

TEST(Library, OpensTwice) {
  std::string path = folder() + "/fake.so";
  cnnc_library *first = nullptr, *second = nullptr;
  ASSERT_EQ(cnnc_library_open(path.c_str(), &first), CNNC_OK);
  ASSERT_EQ(cnnc_library_open(path.c_str(), &second), CNNC_OK);
  cnnc_library_close(first);
  EXPECT_STREQ(cnnc_library_network(second)->name, "fake");
  EXPECT_TRUE(runsRight(cnnc_library_network(second), nullptr));
  cnnc_library_close(second);
}

TEST(Library, RefusesAPipeWithoutWaiting) {
  std::string path = folder() + "/pipe.so", message;
  unlink(path.c_str());
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(open("pipe.so", message), CNNC_NOT_FOUND);
  EXPECT_NE(message.find("not a file"), std::string::npos) << message;
}

/// Each caller brings its own memory; the network and the pool are shared.
TEST(Library, RunsInSeveralThreadsAtOnce) {
  cnnc_library *library = nullptr;
  ASSERT_EQ(cnnc_library_open((folder() + "/fake.so").c_str(), &library), CNNC_OK);
  {
    Pool pool(3);
    std::atomic<int> wrong{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 3; ++caller)
      callers.emplace_back([&] {
        for (int run = 0; run < 300; ++run)
          wrong += !runsRight(cnnc_library_network(library), cnnc_pool_threads(pool.pool));
      });
    for (std::thread &caller : callers)
      caller.join();
    EXPECT_EQ(wrong.load(), 0);
  }
  cnnc_library_close(library);
}

TEST(Host, GivesAlignedMemory) {
  cnnc_network network{};
  network.arena_alignment = 64;
  void *arena = &network;
  EXPECT_EQ(cnnc_arena_create(&network, &arena), CNNC_OK);
  EXPECT_EQ(arena, nullptr);
  network.arena_bytes = 100;
  EXPECT_EQ(cnnc_arena_create(&network, &arena), CNNC_OK);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(arena) % 64, 0u);
  cnnc_arena_destroy(arena);
}

TEST(Host, HasAMessageForEachStatus) {
  for (int status = CNNC_OK; status <= CNNC_OUT_OF_MEMORY; ++status)
    EXPECT_STRNE(cnnc_status_text(static_cast<cnnc_status>(status)), "unknown status");
}

TEST(Host, KeepsMessagesOfThreadsApart) {
  cnnc_pool_create(-1, nullptr);
  std::string before = cnnc_last_error();
  EXPECT_FALSE(before.empty());
  std::thread([] {
    EXPECT_STREQ(cnnc_last_error(), "");
    cnnc_network_check(nullptr);
  }).join();
  EXPECT_EQ(cnnc_last_error(), before);
}

TEST(Pool, RefusesSenselessCounts) {
  cnnc_pool *pool = nullptr;
  EXPECT_EQ(cnnc_pool_create(-1, &pool), CNNC_INVALID_ARGUMENT);
  EXPECT_EQ(cnnc_pool_create(5000, &pool), CNNC_INVALID_ARGUMENT);
  EXPECT_EQ(pool, nullptr);
  Pool machine(0);
  EXPECT_GE(cnnc_pool_threads(machine.pool)->count, 1);
}

TEST(Pool, ComputesEachPartOnceInSharesOfTheGrain) {
  for (int32_t threads : {1, 2, 3, 8}) {
    Pool pool(threads);
    for (int64_t size : {0, 1, 2, 7, 8, 9, 56, 1000})
      for (int64_t grain : {0, 1, 3, 100}) {
        Counter counter(size);
        pool.parallelFor(size, grain, Counter::task, &counter);
        for (int64_t i = 0; i < size; ++i)
          ASSERT_EQ(counter.parts[i], 1) << threads << " threads, part " << i << " of " << size;
        for (const Share &share : counter.shares)
          if (share.end != share.begin)
            EXPECT_GE(share.end - share.begin, std::min(grain, size));
      }
  }
}

TEST(Pool, GivesAWorkerTheSameShareAlways) {
  Pool pool(4);
  Counter first(103);
  pool.parallelFor(103, 1, Counter::task, &first);
  for (int i = 0; i < 1000; ++i) {
    Counter again(103);
    pool.parallelFor(103, 1, Counter::task, &again);
    for (int worker = 0; worker < 4; ++worker) {
      ASSERT_EQ(again.shares[worker].begin, first.shares[worker].begin);
      ASSERT_EQ(again.shares[worker].end, first.shares[worker].end);
    }
  }
}

TEST(Pool, BearsManyJobsOfChangingSizeAndPauses) {
  Pool pool(4);
  for (int job = 0; job < 20000; ++job) {
    Counter counter(1 + job % 9);
    pool.parallelFor(1 + job % 9, 1 + job % 3, Counter::task, &counter);
    for (int part : counter.parts)
      ASSERT_EQ(part, 1);
    if (job % 500 == 0) // let the workers fall asleep
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

TEST(Pool, ServesSeveralCallersAndNestedCalls) {
  Pool pool(3);
  struct Nested {
    Pool &pool;
    std::atomic<int64_t> parts{0};
    static void inner(void *context, int64_t begin, int64_t end, int32_t) {
      static_cast<Nested *>(context)->parts += end - begin;
    }
    static void outer(void *context, int64_t begin, int64_t end, int32_t) {
      for (int64_t i = begin; i < end; ++i)
        static_cast<Nested *>(context)->pool.parallelFor(10, 1, inner, context);
    }
  } nested{pool};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&] {
      for (int job = 0; job < 500; ++job)
        pool.parallelFor(6, 1, Nested::outer, &nested);
    });
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(nested.parts.load(), 4 * 500 * 6 * 10);
}
