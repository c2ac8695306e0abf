import Foundation
import Simulation
import Synchronization

/// Starts one worker per core, and collects their results.
final class WorkerPool: Sendable {
    private struct Found {
        var tally = Tally()
        var seeds = 0
        var violations = 0
        /// The workers' process ids, and the seed each is running since when; both by worker number.
        var processes: [Int32] = []
        var current: [Int: (seed: UInt64, since: Date)] = [:]
    }

    /// Seconds after which a seed counts as hung. A seed takes a second or two, rarely twenty, and on a busy machine many
    /// times as long.
    private static let patience = 1_800.0

    private let options: Options
    private let arguments: [String]
    private let found = Mutex(Found())
    private let began = Date()

    init(options: Options, arguments: [String]) {
        self.options = options
        self.arguments = arguments
    }

    /// - Returns: whether every seed kept every property.
    func run() throws -> Bool {
        let jobs = options.jobs ?? ProcessInfo.processInfo.activeProcessorCount
        let rest = options.jobs == nil ? ["--jobs", String(jobs)] : []
        var processes: [(process: Process, done: DispatchSemaphore)] = []
        for worker in 0..<jobs {
            processes.append(try begin(worker, arguments + rest + ["--worker", String(worker)]))
        }
        Thread { [self] in watch() }.start()
        for (worker, one) in processes.enumerated() {
            one.done.wait()
            one.process.waitUntilExit()
            let isWell = one.process.terminationStatus == 0 && one.process.terminationReason == .exit
            if !isWell { failed(worker, "crashes its process; see the output above") }
        }
        print(verdict())
        return found.withLock { $0.violations == 0 }
    }

    private func begin(
        _ worker: Int, _ arguments: [String]
    ) throws -> (process: Process, done: DispatchSemaphore) {
        let process = Process()
        process.executableURL = Bundle.main.executableURL
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let identifier = process.processIdentifier
        found.withLock { $0.processes.append(identifier) }
        let done = DispatchSemaphore(value: 0)
        let handle = pipe.fileHandleForReading
        Thread { [self] in
            read(handle, of: worker)
            done.signal()
        }.start()
        return (process, done)
    }

    // MARK: - Messages of workers

    private func read(_ handle: FileHandle, of worker: Int) {
        var buffer: [UInt8] = []
        while case let data = handle.availableData, !data.isEmpty {
            buffer += data
            while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = try? JSONDecoder().decode(Worker.WorkerReport.self, from: Data(buffer[..<end]))
                buffer.removeSubrange(...end)
                if let line { receive(line, from: worker) }
            }
        }
    }

    private func receive(_ line: Worker.WorkerReport, from worker: Int) {
        found.withLock { found in
            switch line {
            case .begins(let seed): found.current[worker] = (seed, Date())
            case .ends(let tally, let violation):
                found.tally.add(tally)
                found.seeds += 1
                found.current[worker] = nil
                if let violation { count(violation, &found) }
            }
        }
    }

    private func failed(_ worker: Int, _ how: String) {
        found.withLock { found in
            guard let seed = found.current.removeValue(forKey: worker)?.seed else { return }
            count("seed \(seed) \(how)", &found)
        }
    }

    private func count(_ violation: String, _ found: inout Found) {
        found.violations += 1
        // Later violations are mostly the same again.
        print(found.violations > 5 ? violation.prefix { $0 != "\n" } : violation[...])
        guard options.endsEarly else { return }
        for process in found.processes { kill(process, SIGKILL) }
        exit(1)
    }

    // MARK: - Progress

    private func watch() {
        while true {
            Thread.sleep(forTimeInterval: 10)
            FileHandle.standardError.write(Data((summary() + "\n").utf8))
            let stuck = found.withLock { found in
                found.current.filter { $0.value.since.timeIntervalSinceNow < -Self.patience }.map(\.key)
            }
            for worker in stuck {
                failed(worker, "does not end")
                found.withLock { _ = kill($0.processes[worker], SIGKILL) }
            }
        }
    }

    /// What the run came to: a figure a line, and then in words.
    private func verdict() -> String {
        let figures = summary().replacing(", ", with: "\n")
        let (seeds, violations) = found.withLock { ($0.seeds, $0.violations) }
        if violations == 0 {
            return "\(figures)\nEvery property held in each of \(seeds) seed\(seeds == 1 ? "" : "s")."
        }
        return """
            \(figures)
            \(violations) of \(seeds) seeds broke a property. \
            To see what led to it: scripts/simulate --seed N --trace, or with --page FILE
            """
    }

    private func summary() -> String {
        let (tally, seeds, violations) = found.withLock { ($0.tally, $0.seeds, $0.violations) }
        let seconds = max(Date().timeIntervalSince(began), 0.001)
        return """
            \(seeds) seeds (\(String(format: "%.1f", Double(seeds) / seconds))/s), \
            \(Int(Double(tally.events) / seconds)) events/s, \(tally.summary), \
            \(violations) violation\(violations == 1 ? "" : "s")
            """
    }
}
