import Foundation
import Platform
import TestPrograms

/// A running node, connected by pipes.
final class NodeProcess {
    static let binary = builtProgram("raft-kv").path

    let pid: pid_t
    let output: Int32
    let errors: Int32
    private(set) var input: Int32
    /// Bytes to be written to the node as far as its pipe has room.
    private var outbox: [UInt8] = []
    private var sent = 0
    private var closesInput = false
    private var lineStart: [UInt8] = []
    private(set) var log = ""
    private(set) var hasEnded = false

    /// - Parameters:
    ///   - fileLimit: the file size limit in blocks of `ulimit -f`; nil for none.
    ///   - redirection: as a shell takes it, such as `<&-`.
    init(
        _ arguments: [String] = [], environment: [String] = [], fileLimit: Int? = nil,
        redirection: String = ""
    ) throws {
        signal(SIGPIPE, SIG_IGN)
        let toNode = closedOnSpawn()
        let fromNode = closedOnSpawn()
        let logOfNode = closedOnSpawn()
        var actions = spawnActions()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (slot, end) in [toNode.reading, fromNode.writing, logOfNode.writing].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, end, Int32(slot))
        }
        let limit = fileLimit.map { "ulimit -f \($0); " } ?? ""
        let command =
            limit + redirection == ""
            ? [Self.binary] : ["/bin/sh", "-c", "\(limit)exec \"$0\" \"$@\" \(redirection)", Self.binary]
        var words: [UnsafeMutablePointer<CChar>?] = (command + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        if let path = getenv("LD_LIBRARY_PATH") {
            variables.insert(strdup("LD_LIBRARY_PATH=\(String(cString: path))"), at: 0)
        }
        defer { for string in words + variables { free(string) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, command[0], &actions, nil, &words, &variables)
        for end in [toNode.reading, fromNode.writing, logOfNode.writing] { close(end) }
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EINVAL) }
        self.pid = pid
        (input, output, errors) = (toNode.writing, fromNode.reading, logOfNode.reading)
        for end in [input, output, errors] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        if !hasEnded {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        if input >= 0 { close(input) }
        close(output)
        close(errors)
    }

    var wantsToWrite: Bool { input >= 0 && sent < outbox.count }

    func send(_ bytes: some Sequence<UInt8>) {
        outbox.append(contentsOf: bytes)
        push()
    }

    /// Closes stdin once everything is written.
    func endInput() {
        closesInput = true
        push()
    }

    /// Closes stdin at once.
    func hangUp() {
        close(input)
        input = -1
    }

    func push() {
        while wantsToWrite {
            let count = outbox[sent...].withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            guard count >= 0 else {
                if errno == EAGAIN { return }
                // The node has closed stdin.
                sent = outbox.count
                break
            }
            sent += count
        }
        (outbox, sent) = ([], 0)
        if closesInput, input >= 0 {
            close(input)
            input = -1
        }
    }

    /// The bytes printed since the last call; nil at the end.
    func takeLines() -> [String]? {
        guard let bytes = Self.readAll(output) else { return nil }
        // A line of megabytes comes in many reads, so each byte is looked at once.
        guard let end = bytes.lastIndex(of: 10) else {
            lineStart += bytes
            return []
        }
        let lines = (lineStart + bytes[..<end]).split(separator: 10, omittingEmptySubsequences: false)
        lineStart = Array(bytes[(end + 1)...])
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    func takeLog() {
        log += String(decoding: Self.readAll(errors) ?? [], as: UTF8.self)
    }

    private static func readAll(_ end: Int32) -> [UInt8]? {
        var all: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(end, &room, room.count)
            if count > 0 { all += room[..<count] }
            if count < 0 { return all }
            if count == 0 { return all.isEmpty ? nil : all }
        }
    }

    /// - Returns: the exit code, or -1 - the signal that ended it.
    func waitForEnd() -> Int32 {
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        hasEnded = true
        takeLog()
        return status & 0x7f == 0 ? status >> 8 & 0xff : -1 - (status & 0x7f)
    }
}
