import Foundation
import Simulation

/// One of several processes that share the seeds. It says on stdout what it begins and what came of it, one line
/// each, so that even a crash can be told by its seed.
struct Worker {
    enum Line {
        case begins(UInt64)
        case ends(Tally)
        /// A line of a violation's story.
        case tells(String)

        init?(_ text: Substring) {
            let words = text.split(separator: " ")
            switch words.first {
            case "begins":
                guard words.count == 2, let seed = UInt64(words[1]) else { return nil }
                self = .begins(seed)
            case "ends":
                guard let tally = Tally(words.dropFirst().compactMap { Int($0) }) else { return nil }
                self = .ends(tally)
            case "tells": self = .tells(String(text.dropFirst(6)))
            case nil, .some: return nil
            }
        }

        var text: String {
            switch self {
            case .begins(let seed): "begins \(seed)"
            case .ends(let tally): "ends \(tally.numbers.map(String.init).joined(separator: " "))"
            case .tells(let line): "tells \(line)"
            }
        }
    }

    let number: Int
    let options: Options

    func run() {
        let end = options.minutes.map { Date(timeIntervalSinceNow: $0 * 60) }
        let jobs = UInt64(options.jobs ?? 1)
        let seeds = options.seeds ?? (end == nil ? 1...1_000 : 1...(.max / 2))
        var seed = seeds.lowerBound + UInt64(number)
        while seed <= seeds.upperBound, end.map({ $0 > Date() }) ?? true {
            say(.begins(seed))
            let report = Simulation(options.scenario(seed)).run()
            for line in report.violation?.description.split(separator: "\n") ?? [] {
                say(.tells(String(line)))
            }
            say(.ends(report.tally))
            seed += jobs
        }
    }

    private func say(_ line: Line) {
        FileHandle.standardOutput.write(Data((line.text + "\n").utf8))
    }
}
