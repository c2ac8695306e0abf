import Foundation
import Simulation
import Synchronization

/// The workers, one per core, and what they have found.
final class Crew: Sendable {
    private struct Found {
        var tally = Tally()
        var seeds = 0
        /// What each worker is at.
        var current: [Int: UInt64] = [:]
        /// What each worker has told of it.
        var stories: [Int: [String]] = [:]
        var violations = 0
    }

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
        var processes: [(process: Process, reader: Thread, done: DispatchSemaphore)] = []
        for worker in 0..<jobs {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = arguments + rest + ["--worker", String(worker)]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let done = DispatchSemaphore(value: 0)
            let handle = pipe.fileHandleForReading
            let reader = Thread { [self] in
                read(handle, of: worker)
                done.signal()
            }
            reader.start()
            processes.append((process, reader, done))
        }
        let ticker = Thread { [self] in tick() }
        ticker.start()
        for (worker, one) in processes.enumerated() {
            one.done.wait()
            one.process.waitUntilExit()
            if one.process.terminationStatus != 0 || one.process.terminationReason != .exit {
                crashed(worker)
            }
        }
        print(summary())
        return found.withLock { $0.violations == 0 }
    }

    private func read(_ handle: FileHandle, of worker: Int) {
        var buffer: [UInt8] = []
        while case let data = handle.availableData, !data.isEmpty {
            buffer += data
            while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let text = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeSubrange(...end)
                if let line = Worker.Line(text[...]) { take(line, from: worker) }
            }
        }
    }

    private func take(_ line: Worker.Line, from worker: Int) {
        found.withLock { found in
            switch line {
            case .begins(let seed): found.current[worker] = seed
            case .tells(let text): found.stories[worker, default: []].append(text)
            case .ends(let tally):
                found.tally.add(tally)
                found.seeds += 1
                found.current[worker] = nil
                guard let story = found.stories.removeValue(forKey: worker) else { return }
                found.violations += 1
                // Later ones mostly say the same again.
                print(story.prefix(found.violations > 5 ? 1 : story.count).joined(separator: "\n"))
            }
        }
    }

    private func crashed(_ worker: Int) {
        found.withLock { found in
            found.violations += 1
            let seed = found.current[worker].map(String.init) ?? "unknown"
            print("seed \(seed) crashes: see above for why")
        }
    }

    private func tick() {
        while true {
            Thread.sleep(forTimeInterval: 10)
            FileHandle.standardError.write(Data((summary() + "\n").utf8))
        }
    }

    private func summary() -> String {
        let (tally, seeds, violations) = found.withLock { ($0.tally, $0.seeds, $0.violations) }
        let seconds = max(Date().timeIntervalSince(began), 0.001)
        return """
            \(seeds) seeds (\(String(format: "%.1f", Double(seeds) / seconds))/s), \
            \(Int(Double(tally.events) / seconds)) events/s, \(tally.told), \
            \(violations) violation\(violations == 1 ? "" : "s")
            """
    }
}
