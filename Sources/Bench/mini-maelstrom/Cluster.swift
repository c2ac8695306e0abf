import Dispatch
import Foundation
import Platform

/// The processes of a run, and the only place where the bench waits: for output of nodes, room in pipes, signals and
/// deadlines.
final class Cluster {
    enum Wake {
        /// A node printed something or closed stdout.
        case output(Int)
        case ended(Int, status: Int32)
        /// A process of a node or of a command ended.
        case child
        /// SIGINT, SIGTERM or SIGHUP.
        case interrupted(Int32)
        /// One of the descriptors that the caller also waits for.
        case readable(Int32)
    }

    /// How long nodes may take to end, in nanoseconds.
    private static let farewell: UInt64 = 1_000_000_000

    private(set) var nodes: [NodeProcess] = []
    private let signals = SignalPipe()
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    /// The usage of processes that were replaced.
    private var past = (seconds: 0.0, peakKilobytes: 0)

    /// Starts the next node.
    /// - Throws: `Failure.notStarted`.
    func start(_ launch: NodeProcess.Launch) throws(Failure) {
        nodes.append(try NodeProcess(index: nodes.count, launch))
    }

    /// Restarts a node that ended.
    /// - Throws: `Failure.notStarted`.
    func restart(_ index: Int, _ launch: NodeProcess.Launch) throws(Failure) {
        let old = nodes[index]
        precondition(!old.isRunning, "a node runs once")
        past.seconds += old.seconds
        past.peakKilobytes = max(past.peakKilobytes, old.peakKilobytes)
        nodes[index] = try NodeProcess(index: index, launch)
    }

    /// Processor time and peak memory of the nodes, once they have ended.
    var usage: (seconds: Double, largestMegabytes: Double) {
        let peak = nodes.map(\.peakKilobytes).reduce(past.peakKilobytes, max)
        return (nodes.map(\.seconds).reduce(past.seconds, +), Double(peak) / 1024)
    }

    /// Writes pending bytes to nodes, then waits for an event or the deadline, in nanoseconds.
    /// - Parameter others: descriptors to wait for besides.
    func wait(until deadline: UInt64?, also others: [Int32] = []) -> [Wake] {
        var readable = DescriptorSet()
        var writable = DescriptorSet()
        var highest = signals.descriptor
        readable.insert(signals.descriptor)
        for other in others {
            readable.insert(other)
            highest = max(highest, other)
        }
        for node in nodes {
            if node.hasOutgoing { node.flush() }
            if !node.hasClosedOutput { readable.insert(node.output) }
            if node.hasOutgoing { writable.insert(node.input) }
            if !node.hasClosedOutput || node.hasOutgoing { highest = max(highest, node.output, node.input) }
        }
        // pselect, unlike poll, has deadlines finer than a millisecond.
        let left = deadline.map { $0 - min($0, monotonicNow()) }
        var time = timespec()
        time.tv_sec = Int((left ?? 0) / 1_000_000_000)
        time.tv_nsec = Int((left ?? 0) % 1_000_000_000)
        let count = withUnsafePointer(to: &time) {
            pselect(highest + 1, &readable.bits, &writable.bits, nil, left == nil ? nil : $0, nil)
        }
        guard count > 0 else { return [] }
        for node in nodes where node.hasOutgoing && writable.contains(node.input) { node.flush() }
        var wakes = nodes.filter { !$0.hasClosedOutput && readable.contains($0.output) }.map {
            Wake.output($0.index)
        }
        wakes += others.filter(readable.contains).map(Wake.readable)
        if readable.contains(signals.descriptor) { wakes += takeSignals() }
        return wakes
    }

    /// Reads once from a node, and hands over complete lines.
    /// - Returns: whether there was anything to read.
    @discardableResult
    func receive(_ index: Int, _ take: (UnsafeRawBufferPointer.SubSequence) -> Void) -> Bool {
        let node = nodes[index]
        return !node.hasClosedOutput && node.receive(&buffer, take)
    }

    /// Ends all nodes: first by closing stdin, then by SIGKILL.
    func stop() {
        for node in nodes where node.isRunning { node.endInput() }
        let deadline = monotonicNow() + Cluster.farewell
        while nodes.contains(where: \.isRunning), monotonicNow() < deadline {
            for wake in wait(until: deadline) {
                switch wake {
                case .output(let index): receive(index) { _ in }
                case .ended(let index, _):
                    // A child of it may print on.
                    while monotonicNow() < deadline, receive(index, { _ in }) {}
                case .child, .interrupted, .readable: break
                }
            }
        }
        for node in nodes { node.kill() }
        // What follows, such as a long check, may be ended.
        signals.release()
    }

    private func takeSignals() -> [Wake] {
        let taken = signals.take()
        var wakes: [Wake] = taken.first { $0 != SIGCHLD }.map { [.interrupted($0)] } ?? []
        for node in nodes where node.status == nil {
            node.reap()
            if let status = node.status { wakes.append(.ended(node.index, status: status)) }
        }
        // Interrupts come after ended nodes, which they may explain.
        if taken.contains(SIGCHLD) { wakes.append(.child) }
        return wakes
    }
}

/// File descriptors for pselect(2).
private struct DescriptorSet {
    /// The largest descriptor that fits, plus one.
    static let capacity = 1024

    var bits = fd_set()

    mutating func insert(_ descriptor: Int32) {
        precondition(descriptor < DescriptorSet.capacity, "too many open files for one run")
        withUnsafeMutableBytes(of: &bits) { $0[Int(descriptor) / 8] |= 1 << UInt8(descriptor % 8) }
    }

    func contains(_ descriptor: Int32) -> Bool {
        withUnsafeBytes(of: bits) { $0[Int(descriptor) / 8] & (1 << UInt8(descriptor % 8)) != 0 }
    }
}

/// Turns signals into readable file descriptors.
private final class SignalPipe {
    private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGCHLD]
    let descriptor: Int32
    private let writing: Int32
    private var sources: [any DispatchSourceSignal] = []

    init() {
        let ends = closedOnSpawn()
        (descriptor, writing) = (ends.reading, ends.writing)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        // Blocked in every thread, so that only the sources receive them.
        var blocked = sigset_t()
        sigemptyset(&blocked)
        for signal in SignalPipe.watched { sigaddset(&blocked, signal) }
        pthread_sigmask(SIG_BLOCK, &blocked, nil)
        let queue = DispatchQueue(label: "signals")
        for signal in SignalPipe.watched {
            let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
            let end = writing
            source.setEventHandler {
                var number = UInt8(signal)
                _ = write(end, &number, 1)
            }
            source.resume()
            sources.append(source)
        }
    }

    deinit {
        for source in sources { source.cancel() }
        close(descriptor)
    }

    /// Lets signals end the bench again.
    func release() {
        for source in sources { source.cancel() }
        sources = []
        var blocked = sigset_t()
        sigemptyset(&blocked)
        for signal in SignalPipe.watched { sigaddset(&blocked, signal) }
        pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
    }

    /// The signals received since the last call.
    func take() -> [Int32] {
        var numbers = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &numbers, numbers.count)
        return numbers.prefix(max(0, count)).map(Int32.init)
    }
}
