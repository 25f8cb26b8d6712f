#include "daemon/extract/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shared/mem.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RELAXED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define RELAXED 1
#endif
#endif
#ifndef RELAXED
#define RELAXED 0
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

enum {
	FILTER_MAX = 256,
	ALTERNATE_STACK = 64 << 10,
	PROBE_BYTES = 1 << 20, /* when not even this is to be had, memory was what failed */
	STACK_SLACK = 1 << 20, /* a frame may jump this far below the end of the stack */
};

bool sandbox_is_relaxed(void)
{
	return RELAXED;
}

void sandbox_out_of_memory(void)
{
	_exit(SANDBOX_EXIT_MEMORY);
}

/* ---- out of memory, out of stack ----------------------------------------------------------- */

/* Set once, before there is work; read by the handler of a signal. */
static uintptr_t stack_top, stack_bytes;

/* Libraries abort when malloc gives nothing, but also for faults of their own. */
static void on_abort(int signal_number)
{
	void *probe = mmap(NULL, PROBE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (probe == MAP_FAILED)
		_exit(SANDBOX_EXIT_MEMORY);
	munmap(probe, PROBE_BYTES);
}

static void on_fault(int signal_number, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;

	if (at < stack_top && at + stack_bytes + STACK_SLACK > stack_top)
		_exit(SANDBOX_EXIT_DEPTH);
	signal(SIGSEGV, SIG_DFL); /* the instruction is tried again, and ends us */
}

static bool handlers_set(void)
{
	static char alternate[ALTERNATE_STACK];
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
	struct sigaction on_segv = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct sigaction on_abrt = {.sa_handler = on_abort};
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit))
		return false;
	stack_bytes = limit.rlim_cur == RLIM_INFINITY ? 8 << 20 : limit.rlim_cur;
	stack_top = (uintptr_t)__builtin_frame_address(0) + STACK_SLACK;
	return !sigaltstack(&stack, NULL) && !sigaction(SIGSEGV, &on_segv, NULL) &&
	       !sigaction(SIGABRT, &on_abrt, NULL);
}

/* ---- limits -------------------------------------------------------------------------------- */

static int64_t mapped_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long long pages = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%lld", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

/* When the machine runs out of memory, a worker is what it can do without. */
static void offer_to_be_killed(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0) {
		/* only a wish */
	}
	close(fd);
}

static bool limit_set(int resource, rlim_t n)
{
	struct rlimit limit = {.rlim_cur = n, .rlim_max = n};

	return !setrlimit(resource, &limit);
}

static bool limits_set(int64_t memory_bytes)
{
	return limit_set(RLIMIT_AS, (rlim_t)(mapped_bytes() + memory_bytes)) &&
	       limit_set(RLIMIT_CORE, 0) && limit_set(RLIMIT_FSIZE, 0) &&
	       limit_set(RLIMIT_NOFILE, STDERR_FILENO + 1);
}

static void descriptors_close(void)
{
	if (!syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0))
		return;
	long last = sysconf(_SC_OPEN_MAX);
	for (int fd = STDERR_FILENO + 1; fd < (last < 0 ? 65536 : last); fd++)
		close(fd);
}

/* ---- seccomp ------------------------------------------------------------------------------- */

#ifdef ARCH

struct filter {
	struct sock_filter code[FILTER_MAX];
	unsigned short n;
};

static void emit(struct filter *f, uint16_t code, uint8_t yes, uint8_t no, uint32_t k)
{
	if (f->n == FILTER_MAX)
		abort(); /* a bug: the lists below are fixed */
	f->code[f->n++] = (struct sock_filter){code, yes, no, k};
}

static void emit_load(struct filter *f, size_t offset)
{
	emit(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void emit_return(struct filter *f, uint32_t what)
{
	emit(f, BPF_RET | BPF_K, 0, 0, what);
}

/* The number of the call is loaded; it still is when this one was not meant. */
static void on_call(struct filter *f, uint32_t number, uint32_t what)
{
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, number);
	emit_return(f, what);
}

/* Arguments are loaded by their lower half, which is all of an int. */
static size_t argument(unsigned i)
{
	return offsetof(struct seccomp_data, args) + i * sizeof(uint64_t) +
	       (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(uint32_t) : 0);
}

static void allow_when_equal(struct filter *f, uint32_t number, unsigned i, uint32_t value)
{
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, number);
	emit_load(f, argument(i));
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
	emit_return(f, SECCOMP_RET_ALLOW);
	emit_return(f, SECCOMP_RET_ERRNO | EPERM);
}

static void allow_without_bits(struct filter *f, uint32_t number, unsigned i, uint32_t bits)
{
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, number);
	emit_load(f, argument(i));
	emit(f, BPF_JMP | BPF_JSET | BPF_K, 1, 0, bits);
	emit_return(f, SECCOMP_RET_ALLOW);
	emit_return(f, SECCOMP_RET_ERRNO | EPERM);
}

/* Memory only: nothing of a file, nothing to run. */
static void allow_mmap(struct filter *f)
{
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 6, SYS_mmap);
	emit_load(f, argument(2));
	emit(f, BPF_JMP | BPF_JSET | BPF_K, 3, 0, PROT_EXEC);
	emit_load(f, argument(3));
	emit(f, BPF_JMP | BPF_JSET | BPF_K, 0, 1, MAP_ANONYMOUS);
	emit_return(f, SECCOMP_RET_ALLOW);
	emit_return(f, SECCOMP_RET_ERRNO | EPERM);
}

static bool filter_install(void)
{
	static const int allowed[] = {
		SYS_munmap,
		SYS_mremap,
		SYS_brk,
		SYS_madvise,
		SYS_futex,
		SYS_exit,
		SYS_exit_group,
		SYS_clock_gettime,
		SYS_gettimeofday,
		SYS_getrandom,
		SYS_setitimer,
		SYS_sched_yield,
		SYS_getpid,
		SYS_gettid,
		SYS_rt_sigreturn,
		SYS_rt_sigprocmask,
		SYS_rt_sigaction,
		SYS_sigaltstack,
		SYS_restart_syscall,
#ifdef SYS_time
		SYS_time,
#endif
	};
	/* What libraries try and can do without: module paths, zones, character sets. */
	static const int refused[] = {
		SYS_openat,  SYS_close,     SYS_fstat,      SYS_newfstatat, SYS_statx,
		SYS_lseek,   SYS_faccessat, SYS_readlinkat, SYS_socket,     SYS_connect,
		SYS_fcntl,   SYS_ioctl,     SYS_getuid,     SYS_geteuid,    SYS_getgid,
		SYS_getegid, SYS_getcwd,    SYS_uname,      SYS_sysinfo,    SYS_prlimit64,
#ifdef SYS_open
		SYS_open,    SYS_stat,      SYS_lstat,      SYS_access,     SYS_readlink,
#endif
	};
	struct filter f = {.n = 0};

	emit_load(&f, offsetof(struct seccomp_data, arch));
	emit(&f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCH);
	emit_return(&f, SECCOMP_RET_KILL_PROCESS);
	emit_load(&f, offsetof(struct seccomp_data, nr));
	/* Numbers of the x32 kind lie above all others and are in no list. */
	allow_when_equal(&f, SYS_read, 0, STDIN_FILENO);
	allow_when_equal(&f, SYS_write, 0, STDOUT_FILENO);
	allow_when_equal(&f, SYS_tgkill, 0, (uint32_t)getpid());
	allow_mmap(&f);
	allow_without_bits(&f, SYS_mprotect, 2, PROT_EXEC);
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		on_call(&f, (uint32_t)allowed[i], SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		on_call(&f, (uint32_t)refused[i], SECCOMP_RET_ERRNO | EPERM);
	emit_return(&f, SECCOMP_RET_KILL_PROCESS);
	struct sock_fprog program = {.len = f.n, .filter = f.code};

	return !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#else

/* An architecture whose calls nobody listed here: the other limits hold. */
static bool filter_install(void)
{
	return true;
}

#endif

bool sandbox_enter(int64_t memory_bytes)
{
	descriptors_close();
	clearenv(); /* jq shows it */
	if (RELAXED)
		return true;
	offer_to_be_killed();
	/* Not PR_SET_PDEATHSIG: it follows the thread that started us, not the process. When the
	 * daemon ends, reading says so; while there is work, the alarm of each request does. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return false;
	return handlers_set() && limits_set(memory_bytes) && filter_install();
}
