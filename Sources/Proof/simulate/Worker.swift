import Foundation
import Simulation

/// One of several processes that share the seeds. It writes one line of JSON to stdout as each seed begins and
/// ends, so that the pool knows the seed even if the process crashes.
struct Worker {
    enum WorkerReport: Codable {
        case begins(UInt64)
        /// The seed's counts, and the description of its violation.
        case ends(Tally, violation: String?)
    }

    let number: Int
    let options: Options

    func run() throws {
        let end = options.minutes.map { Date(timeIntervalSinceNow: $0 * 60) }
        let jobs = UInt64(options.jobs ?? 1)
        let seeds = options.seeds ?? (end == nil ? 1...1_000 : 1...(.max / 2))
        var seed = seeds.lowerBound + UInt64(number)
        while seed <= seeds.upperBound, end.map({ $0 > Date() }) ?? true {
            try say(.begins(seed))
            let report = Simulation(options.scenario(seed)).run()
            try say(.ends(report.tally, violation: report.violation?.description))
            seed += jobs
        }
    }

    private func say(_ line: WorkerReport) throws {
        FileHandle.standardOutput.write(try JSONEncoder().encode(line) + Data("\n".utf8))
    }
}
