// What this processor can do at most: arithmetic and memory traffic of N threads at once, as one line of JSON.
// usage: roof THREADS
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__AVX512F__)
#define WIDTH 64
#elif defined(__AVX__)
#define WIDTH 32
#else
#define WIDTH 16
#endif
typedef float vector __attribute__((vector_size(WIDTH)));
enum { LANES = WIDTH / 4 };

#if defined(__AVX512VNNI__) && defined(__AVX512F__)
#include <immintrin.h>
#define BYTES_PER_DOT 64
typedef __m512i dot_vector;
#define DOT(acc, a, b) _mm512_dpbusd_epi32(acc, a, b)
#elif defined(__AVXVNNI__)
#include <immintrin.h>
#define BYTES_PER_DOT 32
typedef __m256i dot_vector;
#define DOT(acc, a, b) _mm256_dpbusd_avx_epi32(acc, a, b)
#endif

// Twelve chains hide the latency of two units at four to six cycles each, and fit sixteen registers.
enum { CHAINS = 12, SIZES = 6, REPEATS = 5 };
static const double MEASURE_SECONDS = 0.02;

typedef struct {
  int index;
} worker;
typedef void (*work)(int thread, long passes);

static int threads;
static size_t bytes; // of all operands of all threads together
static char *memory[3];
static pthread_barrier_t gate;
static work current;
static long current_passes;
static int stopping;
static volatile float sink;
static volatile int integer_sink;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fma_pass(int thread, long passes) {
  vector acc[CHAINS], x, y;
  for (int i = 0; i < LANES; i++) x[i] = 0.999f, y[i] = 1e-3f * (thread + 1);
  for (int c = 0; c < CHAINS; c++) acc[c] = y * (float)c;
  for (long p = 0; p < passes; p++) {
#pragma GCC unroll 12
    for (int c = 0; c < CHAINS; c++) acc[c] = acc[c] * x + y;
  }
  float sum = 0;
  for (int c = 0; c < CHAINS; c++) for (int i = 0; i < LANES; i++) sum += acc[c][i];
  sink = sum;
}

#ifdef BYTES_PER_DOT
static void dot_pass(int thread, long passes) {
  dot_vector acc[CHAINS], a, b;
  memset(&a, thread + 1, sizeof a);
  memset(&b, 3, sizeof b);
  for (int c = 0; c < CHAINS; c++) acc[c] = a;
  for (long p = 0; p < passes; p++) {
#pragma GCC unroll 12
    for (int c = 0; c < CHAINS; c++) acc[c] = DOT(acc[c], a, b);
    __asm__ volatile("" : "+v"(a), "+v"(b)); // integer sums may be rearranged: what is added must not be known
  }
  int sum = 0;
  for (int c = 0; c < CHAINS; c++) for (size_t i = 0; i < sizeof a / 4; i++) sum += ((int *)&acc[c])[i];
  integer_sink = sum;
}
#endif

// Each thread has its own part of an operand; `operands` of them share the bytes.
static size_t part(int operands) { return bytes / operands / threads / (8 * WIDTH) * (8 * WIDTH); }
static vector *operand(int which, int operands, int thread) { return (vector *)(memory[which] + part(operands) * thread); }

static void read_pass(int thread, long passes) {
  size_t n = part(1) / WIDTH;
  vector total = {0};
  for (long p = 0; p < passes; p++) {
    vector acc[8] = {0};
    const vector *a = operand(0, 1, thread);
    for (size_t i = 0; i < n; i += 8) {
#pragma GCC unroll 8
      for (int c = 0; c < 8; c++) acc[c] += a[i + c];
    }
    for (int c = 0; c < 8; c++) total += acc[c];
    __asm__ volatile("" ::: "memory");
  }
  sink = total[0];
}

// The C library streams past the caches where that is faster.
static void copy_pass(int thread, long passes) {
  for (long p = 0; p < passes; p++) {
    memcpy(operand(1, 2, thread), operand(0, 2, thread), part(2));
    __asm__ volatile("" ::: "memory");
  }
}

static void triad_pass(int thread, long passes) {
  size_t n = part(3) / WIDTH;
  for (long p = 0; p < passes; p++) {
    const vector *a = operand(0, 3, thread), *b = operand(1, 3, thread);
    vector *c = operand(2, 3, thread);
    for (size_t i = 0; i < n; i += 4) {
#pragma GCC unroll 4
      for (int k = 0; k < 4; k++) {
        vector sum = a[i + k] + 3.0f * b[i + k];
#if defined(__clang__)
        if (bytes > (64u << 20)) __builtin_nontemporal_store(sum, &c[i + k]); else
#endif
        c[i + k] = sum;
      }
    }
    __asm__ volatile("" ::: "memory");
  }
}

static void *serve(void *argument) {
  int thread = ((worker *)argument)->index;
  for (;;) {
    pthread_barrier_wait(&gate);
    if (stopping) return NULL;
    current(thread, current_passes);
    pthread_barrier_wait(&gate);
  }
}

static double run(work body, long passes) {
  current = body;
  current_passes = passes;
  pthread_barrier_wait(&gate);
  double start = now();
  body(0, passes);
  pthread_barrier_wait(&gate);
  return now() - start;
}

// Seconds of one pass of all threads, the best of a few: the roof is what the machine can, not what it does on average.
static double measure(work body) {
  long passes = 1;
  while (run(body, passes) < MEASURE_SECONDS) passes *= 2;
  double best = 1e30;
  for (int r = 0; r < REPEATS; r++) {
    double seconds = run(body, passes) / passes;
    if (seconds < best) best = seconds;
  }
  return best;
}

int main(int argc, char **argv) {
  static const size_t sizes[SIZES] = {256u << 10, 1u << 20, 4u << 20, 16u << 20, 64u << 20, 256u << 20};
  threads = argc > 1 ? atoi(argv[1]) : 1;
  if (threads < 1 || threads > 1024) return fprintf(stderr, "usage: roof THREADS\n"), 2;
  for (int i = 0; i < 3; i++) {
    if (posix_memalign((void **)&memory[i], 1 << 21, sizes[SIZES - 1])) return fprintf(stderr, "roof: no memory\n"), 1;
    memset(memory[i], 0, sizes[SIZES - 1]);
  }
  pthread_barrier_init(&gate, NULL, threads);
  worker *workers = calloc(threads, sizeof *workers);
  pthread_t *ids = calloc(threads, sizeof *ids);
  for (int t = 1; t < threads; t++) {
    workers[t].index = t;
    if (pthread_create(&ids[t], NULL, serve, &workers[t])) return fprintf(stderr, "roof: no thread\n"), 1;
  }

  printf("{\"flops\": %.6g", 2.0 * CHAINS * LANES * threads / measure(fma_pass));
#ifdef BYTES_PER_DOT
  printf(", \"integerOps\": %.6g", 2.0 * CHAINS * BYTES_PER_DOT * threads / measure(dot_pass));
#endif
  printf(", \"bandwidths\": [");
  for (int s = 0; s < SIZES; s++) {
    bytes = sizes[s];
    double read = part(1) * threads / measure(read_pass);
    double copy = 2.0 * part(2) * threads / measure(copy_pass);
    double triad = 3.0 * part(3) * threads / measure(triad_pass);
    printf("%s{\"bytes\": %zu, \"read\": %.6g, \"copy\": %.6g, \"triad\": %.6g}", s ? ", " : "", bytes, read, copy, triad);
  }
  printf("]}\n");
  stopping = 1;
  pthread_barrier_wait(&gate);
  for (int t = 1; t < threads; t++) pthread_join(ids[t], NULL);
  return 0;
}
