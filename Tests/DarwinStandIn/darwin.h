// The declarations of macOS's C library that the project uses and Linux's has in another form or not at all, as Apple's
// headers (xnu and Libc, macOS 15) have them. The others are taken from the system that the check runs on.
#pragma once
#include <stddef.h>

typedef int pid_t;
typedef long ssize_t;
typedef long time_t;
typedef int suseconds_t;
struct timeval { time_t tv_sec; suseconds_t tv_usec; };
struct winsize {
    unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

struct rusage {
    struct timeval ru_utime, ru_stime;
    long ru_maxrss, ru_ixrss, ru_idrss, ru_isrss, ru_minflt, ru_majflt, ru_nswap, ru_inblock, ru_oublock, ru_msgsnd,
        ru_msgrcv, ru_nsignals, ru_nvcsw, ru_nivcsw;
};

// sys/fcntl.h
#define F_SETFD 2
#define FD_CLOEXEC 1
#define F_FULLFSYNC 51
// sys/errno.h
#define ENOTSUP 45
#define ENOTTY 25
#define EINVAL 22
#define EINTR 4
// sys/socket.h
#define SOCK_STREAM 1
#define PIPE_BUF 512

// unistd.h
ssize_t read(int, void *, size_t);
ssize_t write(int, const void *, size_t);
int close(int);
int pipe(int[2]);
int fsync(int);
// signal.h
int kill(pid_t, int);
typedef void (*sig_t)(int);
// spawn.h
typedef void *posix_spawnattr_t;
typedef void *posix_spawn_file_actions_t;
