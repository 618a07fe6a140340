/**
 * Measures the machine; compiled together with the thread pool, whose `now` and `petagrad_allocate` it uses. Every thread
 * goes through the same phases, held together by barriers; in those of one core the others wait. Of each figure the best of
 * a few samples counts: what the machine can do, not what it does beside others.
 *
 * out: bytes of the first and second level caches where CPUID has them, else 0; then for one core and for all of them
 * multiply-accumulates a second, and bytes read a second from the first, second and third level cache and from memory.
 */
export const machineSource = `
#if defined(__AVX512F__)
typedef float machine_vector __attribute__((vector_size(64)));
#elif defined(__AVX__)
typedef float machine_vector __attribute__((vector_size(32)));
#else
typedef float machine_vector __attribute__((vector_size(16)));
#endif

enum { MACHINE_CHAINS = 12, MACHINE_SAMPLES = 4, MACHINE_LEVELS = 4, MACHINE_FMA_STEPS = 60000 };

struct machine {
  _Atomic int arrived, passed, go;
  int threads;
  int64_t bytes[MACHINE_LEVELS], total[MACHINE_LEVELS];
  double *out;
};

struct machine_thread {
  struct machine *machine;
  int index;
};

static void machine_gate(struct machine *m) {
  const int passed = m->passed;
  if (atomic_fetch_add(&m->arrived, 1) + 1 == m->threads) {
    m->arrived = 0;
    atomic_fetch_add(&m->passed, 1);
  } else while (m->passed == passed) for (int i = 0; i < 100 && m->passed == passed; i++) i == 99 ? (void)sched_yield() : relax();
}

/* Twelve chains hide the latency of two units, and fit sixteen registers. */
#if !defined(__clang__)
__attribute__((optimize("fp-contract=fast")))
#endif
static float machine_multiply(int64_t steps) {
#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
#endif
  machine_vector sums[MACHINE_CHAINS], x, y;
  for (int i = 0; i < (int)(sizeof x / 4); i++) x[i] = 0.999f, y[i] = 1e-3f;
  for (int c = 0; c < MACHINE_CHAINS; c++) sums[c] = y * (float)c;
  for (int64_t s = 0; s < steps; s++) {
#pragma GCC unroll 12
    for (int c = 0; c < MACHINE_CHAINS; c++) sums[c] = sums[c] * x + y;
  }
  float sum = 0;
  for (int c = 0; c < MACHINE_CHAINS; c++) for (int i = 0; i < (int)(sizeof x / 4); i++) sum += sums[c][i];
  return sum;
}

static float machine_read(const char *memory, int64_t bytes, int64_t total) {
  machine_vector sums[8] = {0};
  const int64_t stride = sizeof sums;
  for (int64_t done = 0; done < total; done += bytes) {
    for (int64_t i = 0; i + stride <= bytes; i += stride) {
#pragma GCC unroll 8
      for (int k = 0; k < 8; k++) sums[k] += ((const machine_vector *)(memory + i))[k];
    }
    __asm__ volatile("" ::: "memory");
  }
  float sum = 0;
  for (int k = 0; k < 8; k++) sum += sums[k][0];
  return sum;
}

static void *machine_run(void *argument) {
  struct machine_thread *t = argument;
  struct machine *m = t->machine;
  static volatile float sink;
  int go;
  while ((go = m->go) == 0) sched_yield();
  if (go < 0) return 0;
  int64_t largest = m->bytes[MACHINE_LEVELS - 1];
  char *memory = petagrad_allocate(largest);
  if (memory) memset(memory, 0, largest);
  for (int all = 0; all < 2; all++) {
    for (int phase = 0; phase <= MACHINE_LEVELS; phase++) {
      double best = 0;
      for (int sample = 0; sample < MACHINE_SAMPLES; sample++) {
        machine_gate(m);
        int64_t start = now();
        if (all || t->index == 0) {
          if (phase == 0) sink = machine_multiply(MACHINE_FMA_STEPS);
          else if (memory) sink = machine_read(memory, m->bytes[phase - 1], m->total[phase - 1]);
        }
        machine_gate(m);
        int64_t took = now() - start;
        double work = phase == 0 ? (double)MACHINE_FMA_STEPS * MACHINE_CHAINS * (sizeof(machine_vector) / 4) : memory ? (double)m->total[phase - 1] : 0;
        double rate = work * (all ? m->threads : 1) / (took > 0 ? took : 1) * 1e9;
        if (rate > best) best = rate;
      }
      if (t->index == 0) m->out[2 + 2 * phase + all] = best;
    }
  }
  petagrad_free(memory);
  return 0;
}

#if defined(__x86_64__)
#include <cpuid.h>
/* Leaf 0x80000005 and 0x80000006 of AMD's processors, which hypervisors leave alone; 0 where they say nothing. */
static void machine_caches(double *out) {
  unsigned a, b, c, d;
  out[0] = out[1] = 0;
  if (__get_cpuid(0x80000005u, &a, &b, &c, &d)) out[0] = (c >> 24) * 1024.0;
  if (__get_cpuid(0x80000006u, &a, &b, &c, &d) && out[0] > 0) out[1] = (c >> 16) * 1024.0;
}
#else
static void machine_caches(double *out) { out[0] = out[1] = 0; }
#endif

/* l1, l2 and l3: bytes that one core has, as far as they are known. 0 if it worked. */
int petagrad_measure(int threads, double l1, double l2, double l3, double *out) {
  struct machine m = {.threads = threads, .out = out};
  machine_caches(out);
  if (l1 <= 0) l1 = out[0] > 0 ? out[0] : 32 << 10;
  if (l2 <= 0) l2 = out[1] > 0 ? out[1] : 1 << 20;
  const double sizes[MACHINE_LEVELS] = {l1 / 2, l2 / 2, l3 * 0.75, 2 * l3};
  const double totals[MACHINE_LEVELS] = {48 << 20, 32 << 20, l3 * 0.75, 2 * l3};
  for (int i = 0; i < MACHINE_LEVELS; i++) {
    m.bytes[i] = (int64_t)sizes[i] / 512 * 512;
    m.total[i] = (int64_t)(totals[i] / m.bytes[i] + 0.5) * m.bytes[i];
  }
  struct machine_thread *parts = calloc(threads, sizeof *parts);
  pthread_t *ids = calloc(threads, sizeof *ids);
  int started = 1;
  for (int i = 0; parts && i < threads; i++) parts[i] = (struct machine_thread){&m, i};
  while (parts && ids && started < threads && !pthread_create(&ids[started], 0, machine_run, &parts[started])) started++;
  const int complete = parts && ids && started == threads;
  m.go = complete ? 1 : -1;
  if (complete) machine_run(&parts[0]);
  for (int i = 1; i < started; i++) pthread_join(ids[i], 0);
  free(parts), free(ids);
  return complete ? 0 : 1;
}
`
