// The C library, for every module that calls the system, and what is not the same on all platforms. No other file asks
// which platform it is built for, so that a reader who ports it has this page to compare with the manuals.
#if canImport(Darwin)
    @_exported import Darwin
#elseif canImport(Musl)
    @_exported import Musl
#else
    @_exported import Glibc
#endif

// MARK: - Calls whose names methods have too

package func systemOpen(_ path: String, _ flags: CInt) -> CInt { open(path, flags) }

package func systemClose(_ file: CInt) { _ = close(file) }

package func systemRead(_ file: CInt, _ room: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(file, room, count)
}

package func systemWrite(_ file: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}

package func systemKill(_ process: pid_t, _ signal: CInt) { _ = kill(process, signal) }

// MARK: - Durability

/// Makes the content of a file durable, as fdatasync(2) of Linux does: once it returns 0, a power cut takes nothing of
/// it.
/// - Returns: 0; or -1, and `errno` says why.
package func syncContent(_ file: CInt) -> CInt {
    #if canImport(Darwin)
        syncFully(file)
    #else
        fdatasync(file)
    #endif
}

/// Makes a directory, or a file with all that is known of it, durable.
///
/// fsync(2) of Darwin leaves the data to the drive, which may keep them in a cache; F_FULLFSYNC has the drive write
/// them. A file system that does not know it, as one across a network, is asked as far as it understands.
/// - Returns: 0; or -1, and `errno` says why.
package func syncFully(_ file: CInt) -> CInt {
    #if canImport(Darwin)
        if fcntl(file, F_FULLFSYNC) == 0 { return 0 }
        guard errno == ENOTSUP || errno == ENOTTY || errno == EINVAL else { return -1 }
    #endif
    return fsync(file)
}

// MARK: - Pipes

/// What a pipe with room takes without a wait, in bytes: PIPE_BUF.
package var atomicPipeSize: Int {
    #if canImport(Darwin)
        512
    #else
        4096
    #endif
}

/// The bytes that wait to be read from a pipe; 0 where that cannot be known.
package func bytesToRead(from file: CInt) -> Int {
    #if canImport(Darwin)
        // FIONREAD, a macro that Swift cannot import: _IOR('f', 127, int).
        let request: UInt = 0x4004_667f
    #else
        let request = UInt(FIONREAD)
    #endif
    var count: CInt = 0
    return ioctl(file, request, &count) == 0 ? Int(count) : 0
}

/// The width of a terminal, in characters; nil for what is none.
package func terminalColumns(_ file: CInt) -> Int? {
    var size = winsize()
    guard ioctl(file, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
}

/// Asks for a pipe of `size` bytes, which saves wake-ups. A system that refuses keeps its own size; Darwin's pipes grow
/// by themselves.
package func widenPipe(_ end: CInt, to size: CInt) {
    #if !canImport(Darwin)
        // F_SETPIPE_SZ, which Glibc's module lacks.
        _ = fcntl(end, 1031, size)
    #endif
}

/// A pipe that child processes do not inherit; both ends are -1 if there is none, and `errno` says why.
package func closedOnSpawn() -> (reading: CInt, writing: CInt) {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { return (-1, -1) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
}

// MARK: - Signals

/// Leaves a signal to the Dispatch source that watches it. Dispatch replaces the handler on Linux; on Darwin it sees
/// the signal beside the handler, and the default one would end the process.
package func leaveToDispatch(_ number: CInt) {
    #if canImport(Darwin)
        signal(number, SIG_IGN)
    #endif
}

// MARK: - Processes

#if canImport(Darwin)
    // Pointers there, and structures elsewhere.
    package typealias SpawnActions = posix_spawn_file_actions_t?
    package typealias SpawnAttributes = posix_spawnattr_t?
    package func spawnActions() -> SpawnActions { nil }
    package func spawnAttributes() -> SpawnAttributes { nil }
#else
    package typealias SpawnActions = posix_spawn_file_actions_t
    package typealias SpawnAttributes = posix_spawnattr_t
    package func spawnActions() -> SpawnActions { posix_spawn_file_actions_t() }
    package func spawnAttributes() -> SpawnAttributes { posix_spawnattr_t() }
#endif

/// The peak memory of a process that has ended, in kilobytes, from what wait4(2) told of it. 0 on Linux, which counts
/// what the parent had before exec: there the process is asked before it ends, see `statusFile(of:)`.
package func peakKilobytes(_ usage: rusage) -> Int {
    #if canImport(Darwin)
        usage.ru_maxrss / 1024
    #else
        0
    #endif
}

/// The file that tells of a running process, its peak memory among it (VmHWM); nil where there is no such file.
package func statusFile(of process: pid_t) -> String? {
    #if canImport(Darwin)
        nil
    #else
        "/proc/\(process)/status"
    #endif
}

// MARK: - Sockets

#if canImport(Darwin) || canImport(Musl)
    package let streamSocket = SOCK_STREAM
#else
    // Glibc has it as an enumeration.
    package let streamSocket = CInt(SOCK_STREAM.rawValue)
#endif
