import Foundation
import Platform

/// A node's process, with pipes to its stdin and from its stdout, and a file for its stderr.
final class NodeProcess {
    /// How to start a node. Its stderr is appended to the file `log`.
    struct Launch {
        var program: String
        var arguments: [String]
        var log: String
    }

    let index: Int
    let pid: pid_t
    let input: Int32
    let output: Int32
    /// Bytes that the pipe has not accepted yet. A node that does not read must not block the others.
    var outgoing: [UInt8] = []
    private var sent = 0
    private var isClosed = false
    /// The part of an incomplete line read so far.
    private(set) var partial: [UInt8] = []
    /// The wait(2) status; nil while it runs.
    private(set) var status: Int32?
    private var usage = rusage()
    /// Its peak memory, in kilobytes; 0 if it ended by itself.
    var peakKilobytes: Int { max(askedPeak, Platform.peakKilobytes(usage)) }
    private var askedPeak = 0
    private(set) var hasClosedOutput = false
    private(set) var hasClosedInput = false
    /// Whether it closed its stdin.
    private(set) var refusesInput = false

    /// The number of bytes that wait to be accepted.
    var backlog: Int { outgoing.count - sent }
    var hasOutgoing: Bool { sent < outgoing.count && !hasClosedInput }
    var isRunning: Bool { status == nil }
    /// Its processor time, once it has ended.
    var seconds: Double {
        [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// - Throws: `Failure.notStarted`.
    init(index: Int, _ launch: Launch) throws(Failure) {
        self.index = index
        let toNode = closedOnSpawn()
        let fromNode = closedOnSpawn()
        guard toNode.writing >= 0, fromNode.writing >= 0 else {
            throw .notStarted(node: index, why: "no pipe for it: \(String(cString: strerror(errno)))")
        }
        defer {
            close(toNode.reading)
            close(fromNode.writing)
        }
        do {
            pid = try NodeProcess.spawn(
                launch, for: index, input: toNode.reading, output: fromNode.writing)
        } catch {
            close(toNode.writing)
            close(fromNode.reading)
            throw error
        }
        input = toNode.writing
        output = fromNode.reading
        for end in [input, output] {
            widenPipe(end, to: 1 << 20)
            _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
        }
    }

    /// Starts a program in a process group of its own.
    /// - Throws: `Failure.notStarted`.
    static func spawn(
        _ launch: Launch, for node: Int, input: Int32, output: Int32
    ) throws(Failure) -> pid_t {
        var actions = spawnActions()
        var attributes = spawnAttributes()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, launch.log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        // A process group, so that Ctrl-C reaches only the bench, and children of a node end with it. The node must not
        // inherit the bench's blocked and ignored signals.
        var none = sigset_t()
        var usual = sigset_t()
        sigemptyset(&none)
        sigfillset(&usual)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = ([launch.program] + launch.arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, launch.program, &actions, &attributes, words, environ)
        guard failure == 0 else {
            let hint = failure == ENOEXEC ? "; a script begins with a line such as #!/bin/sh" : ""
            throw .notStarted(
                node: node,
                why: "cannot start \(launch.program): \(String(cString: strerror(failure)))\(hint)")
        }
        return pid
    }

    /// Writes as much as the pipe accepts without blocking.
    func flush() {
        while sent < outgoing.count {
            let written = outgoing.withUnsafeBytes { write(input, $0.baseAddress! + sent, $0.count - sent) }
            guard written > 0 else {
                if written < 0, errno == EINTR { continue }
                // The wait detects a node that has ended.
                if written < 0, errno == EPIPE { (sent, refusesInput) = (outgoing.count, true) }
                break
            }
            sent += written
        }
        if sent == outgoing.count {
            outgoing.removeAll(keepingCapacity: outgoing.capacity < 1 << 22)
            sent = 0
        } else if sent > 1 << 20 {
            outgoing.removeFirst(sent)
            sent = 0
        }
    }

    /// Reads once, and hands over the complete lines, with newlines. A byte is copied once at most, however long its line.
    /// - Returns: whether there was anything to read.
    func receive(_ buffer: inout [UInt8], _ take: (UnsafeRawBufferPointer.SubSequence) -> Void) -> Bool {
        let newline = UInt8(ascii: "\n")
        return buffer.withUnsafeMutableBytes { space in
            let count = read(output, space.baseAddress, space.count)
            guard count > 0 else {
                if count == 0 { hasClosedOutput = true }
                return false
            }
            var rest = UnsafeRawBufferPointer(space)[..<count]
            if !partial.isEmpty, let end = rest.firstIndex(of: newline) {
                partial.append(contentsOf: rest[...end])
                rest = rest[(end + 1)...]
                partial.withUnsafeBytes { take($0[...]) }
                partial.removeAll(keepingCapacity: partial.count < 1 << 20)
            }
            if partial.isEmpty, let end = rest.lastIndex(of: newline) {
                take(rest[...end])
                rest = rest[(end + 1)...]
            }
            partial.append(contentsOf: rest)
            return true
        }
    }

    /// Records the status if the process has ended.
    func reap() {
        guard status == nil else { return }
        var result: Int32 = 0
        if wait4(pid, &result, WNOHANG, &usage) == pid { status = result }
    }

    /// Stops the process and its children.
    func pause() { systemKill(-pid, SIGSTOP) }

    func resume() { systemKill(-pid, SIGCONT) }

    /// Closes stdin, which tells Maelstrom nodes to end.
    func endInput() {
        guard !hasClosedInput else { return }
        askedPeak = readPeak()
        resume()
        close(input)
        hasClosedInput = true
    }

    /// Kills the process and its children. Unread output is lost.
    func kill() {
        if askedPeak == 0 { askedPeak = readPeak() }
        systemKill(-pid, SIGKILL)
        if status == nil {
            var result: Int32 = 0
            while wait4(pid, &result, 0, &usage) == -1, errno == EINTR {}
            status = result
        }
        if !hasClosedInput { close(input) }
        if !isClosed { close(output) }
        (hasClosedInput, hasClosedOutput, isClosed) = (true, true, true)
    }

    /// Whether SIGKILL ended it.
    var wasKilled: Bool { status.map { $0 & 0x7f == SIGKILL } ?? false }

    /// Reads VmHWM, because the peak of wait4(2) includes the bench's memory before exec.
    private func readPeak() -> Int {
        guard status == nil, let file = statusFile(of: pid),
            let page = try? String(contentsOfFile: file, encoding: .utf8)
        else { return 0 }
        let line = page.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
    }

    /// A wait(2) status in words.
    static func describe(status: Int32) -> String {
        let number = status & 0x7f
        return number == 0 ? "exited with status \((status >> 8) & 0xff)" : "was ended by signal \(number)"
    }
}
