/**
 * The native side, compiled on first use by the compiler that compiles the kernels: a thread pool that runs a list of
 * launches in one call.
 *
 * Each core has its own share of a launch's tasks, the same at every replay, so that it finds in its caches what it
 * left there (the calling thread is not the same each time, and threads move); who is done with that takes from the
 * others. A share is open through a 64-bit ticket, generation << 32 | next task. The fields of a launch change only while
 * all tickets are shut (of a generation that has no tasks), so a worker that comes late, with the fields of an older
 * launch in hand, can never take a task: its compare-and-swap names a generation that is over. The calling thread takes
 * tasks as well, so a launch never waits for a sleeping worker.
 */
export const poolSource = `
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef void (*kernel)(void *const *params, const int64_t *variables, int64_t task, char *scratch);

/* Laid out by command-list.ts. */
struct launch {
  kernel run;
  void *const *params;
  const int64_t *variables;
  int64_t tasks;
  int64_t scratch_bytes;
  int64_t nanoseconds;
};

struct arena {
  char *bytes;
  int64_t size;
};

struct share {
  _Atomic uint64_t ticket __attribute__((aligned(64)));
};

struct pool {
  struct share *shares;
  const struct launch *_Atomic launch;
  _Atomic int64_t tasks, chunk, used;
  _Atomic int64_t done __attribute__((aligned(64)));
  _Atomic uint32_t finished;
  _Atomic int leader_sleeps;
  _Atomic uint32_t epoch __attribute__((aligned(64)));
  _Atomic int sleepers;
  _Atomic int closing;
  int workers, spins;
  struct arena leader;
  pthread_t *threads;
};

#ifdef __linux__
static int64_t core(void) { const int cpu = sched_getcpu(); return cpu < 0 ? 0 : cpu; }
#else
static _Atomic int64_t threads_seen;
static int64_t core(void) {
  static _Thread_local int64_t number = -1;
  if (number < 0) number = atomic_fetch_add(&threads_seen, 1);
  return number;
}
#endif

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
static void wait_while(_Atomic uint32_t *word, uint32_t value) { syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, 0, 0, 0); }
static void wake(_Atomic uint32_t *word, int count) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, 0, 0, 0); }
#else
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static void wait_while(_Atomic uint32_t *word, uint32_t value) {
  pthread_mutex_lock(&lock);
  while (atomic_load(word) == value) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
}
static void wake(_Atomic uint32_t *word, int count) {
  (void)word, (void)count;
  pthread_mutex_lock(&lock);
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}
#endif

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void *petagrad_allocate(uint64_t bytes) {
  const uint64_t huge = 2 << 20, align = bytes >= 2 * huge ? huge : 64;
  void *memory = 0;
  if (posix_memalign(&memory, align, (bytes + align - 1) / align * align)) return 0;
#ifdef MADV_HUGEPAGE
  if (align == huge) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

void petagrad_free(void *memory) { free(memory); }

static char *scratch_of(struct arena *arena, int64_t bytes) {
  if (arena->size < bytes) {
    free(arena->bytes);
    arena->bytes = petagrad_allocate(bytes);
    arena->size = arena->bytes ? bytes : 0;
    if (!arena->bytes) abort();
  }
  return arena->bytes;
}

/* Takes tasks of one generation until there are none, first those of the core's own share; gives how many it ran. */
static int64_t take(struct pool *p, uint32_t generation, struct arena *arena) {
  const struct launch *const l = p->launch;
  const int64_t tasks = p->tasks, chunk = p->chunk, used = p->used;
  const int64_t own = core();
  int64_t ran = 0;
  for (int64_t i = 0; i < used; i++) {
    const int64_t share = (own + i) % used, last = (share + 1) * tasks / used;
    _Atomic uint64_t *const ticket = &p->shares[share].ticket;
    uint64_t t = atomic_load(ticket);
    for (;;) {
      const int64_t first = (uint32_t)t;
      if (t >> 32 != generation || first >= last) break;
      const int64_t end = first + chunk < last ? first + chunk : last;
      if (!atomic_compare_exchange_weak(ticket, &t, (uint64_t)generation << 32 | (uint64_t)end)) continue;
      char *scratch = scratch_of(arena, l->scratch_bytes);
      for (int64_t task = first; task < end; task++) l->run(l->params, l->variables, task, scratch);
      ran += end - first;
      t = atomic_load(ticket);
    }
  }
  return ran;
}

static void *worker(void *argument) {
  struct pool *p = argument;
  struct arena arena = {0};
  uint32_t seen = 0;
  for (;;) {
    uint32_t epoch = atomic_load(&p->epoch);
    for (int i = 0; epoch == seen && i < p->spins; i++) {
      relax();
      epoch = atomic_load_explicit(&p->epoch, memory_order_acquire);
    }
    while (epoch == seen) {
      atomic_fetch_add(&p->sleepers, 1);
      if (atomic_load(&p->epoch) == seen) wait_while(&p->epoch, seen);
      atomic_fetch_sub(&p->sleepers, 1);
      epoch = atomic_load(&p->epoch);
    }
    seen = epoch;
    if (atomic_load(&p->closing)) break;
    const uint32_t generation = (uint32_t)(atomic_load(&p->shares[0].ticket) >> 32);
    const int64_t tasks = p->tasks, ran = take(p, generation, &arena);
    if (ran && atomic_fetch_add(&p->done, ran) + ran == tasks) {
      atomic_fetch_add(&p->finished, 1);
      if (atomic_load(&p->leader_sleeps)) wake(&p->finished, 1);
    }
  }
  free(arena.bytes);
  return 0;
}

static void fork_and_join(struct pool *p, const struct launch *l) {
  const int threads = p->workers + 1;
  const uint64_t shut = ((atomic_load(&p->shares[0].ticket) >> 32) + 1) & 0xffffffff;
  for (int i = 0; i < threads; i++) atomic_store(&p->shares[i].ticket, shut << 32 | 0xffffffff);
  const int64_t parts = (int64_t)threads * 8, used = l->tasks < threads ? l->tasks : threads;
  p->launch = l;
  p->tasks = l->tasks;
  p->used = used;
  p->chunk = l->tasks / parts > 1 ? l->tasks / parts : 1;
  atomic_store(&p->done, 0);
  const uint32_t generation = (uint32_t)(shut + 1);
  for (int64_t i = used - 1; i >= 0; i--) atomic_store(&p->shares[i].ticket, (uint64_t)generation << 32 | (uint64_t)(i * l->tasks / used));
  atomic_fetch_add(&p->epoch, 1);
  const int sleepers = atomic_load(&p->sleepers);
  if (sleepers) wake(&p->epoch, sleepers < l->tasks - 1 ? sleepers : (int)(l->tasks - 1));

  const int64_t ran = take(p, generation, &p->leader);
  if (atomic_fetch_add(&p->done, ran) + ran == l->tasks) return;
  for (int i = 0; i < p->spins * 4; i++) {
    if (atomic_load_explicit(&p->done, memory_order_acquire) == l->tasks) break;
    relax();
  }
  atomic_store(&p->leader_sleeps, 1);
  for (;;) {
    const uint32_t finished = atomic_load(&p->finished);
    if (atomic_load(&p->done) == l->tasks) break;
    wait_while(&p->finished, finished);
  }
  atomic_store(&p->leader_sleeps, 0);
}

struct pool *petagrad_open(int threads, int cores) {
  const int workers = threads - 1;
  struct pool *p = 0;
  if (posix_memalign((void **)&p, 64, sizeof *p)) return 0;
  memset(p, 0, sizeof *p);
  p->threads = calloc(threads, sizeof *p->threads);
  if (!p->threads || posix_memalign((void **)&p->shares, 64, threads * sizeof *p->shares)) abort();
  memset(p->shares, 0, threads * sizeof *p->shares);
  p->spins = threads <= cores ? 4000 : 0;
  for (; p->workers < workers; p->workers++) {
    if (pthread_create(&p->threads[p->workers], 0, worker, p)) break;
  }
  return p;
}

void petagrad_close(struct pool *p) {
  atomic_store(&p->closing, 1);
  atomic_fetch_add(&p->epoch, 1);
  wake(&p->epoch, p->workers);
  for (int i = 0; i < p->workers; i++) pthread_join(p->threads[i], 0);
  free(p->leader.bytes);
  free(p->shares);
  free(p->threads);
  free(p);
}

/* Runs the launches in order, the tasks of each on all threads; gives the nanoseconds of all together. */
int64_t petagrad_run(struct pool *p, struct launch *launches, int64_t count, int timed) {
  const int64_t begin = now();
  for (struct launch *l = launches; l < launches + count; l++) {
    const int64_t start = timed ? now() : 0;
    if (l->tasks > 1 && p->workers) {
      fork_and_join(p, l);
    } else if (l->tasks > 0) {
      char *scratch = scratch_of(&p->leader, l->scratch_bytes);
      for (int64_t task = 0; task < l->tasks; task++) l->run(l->params, l->variables, task, scratch);
    }
    if (timed) l->nanoseconds = now() - start;
  }
  return now() - begin;
}
`.trimStart()
