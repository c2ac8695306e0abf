import Foundation

/// `mini-maelstrom compare A B`: runs two nodes in pairs with the same seed and options. They take turns, so that
/// other load on the machine affects both.
struct Comparison {
    /// The default options: short runs at full speed.
    static var defaults: Options {
        var options = Options()
        options.rate = .infinity
        options.timeLimit = 5
        // At full speed a key that never retires would be long to check.
        options.shape.operationsPerKey = 128
        options.testCount = 5
        return options
    }

    /// A figure of a run, and how it is printed.
    private struct Figure {
        var name: String
        var places: Int
        var of: @Sendable (Results) -> Double
    }

    private static let figures: [Figure] = [
        Figure(name: "requests/s", places: 0) { $0.requestsPerSecond },
        Figure(name: "p50 ms", places: 2) { $0.latencies.p50 },
        Figure(name: "p99 ms", places: 2) { $0.latencies.p99 },
    ]

    private let options: Options
    private let programs: [String]
    private let tests: [Test]

    /// - Throws: `UsageError`.
    init(_ programs: [String], _ options: Options) throws {
        self.options = options
        self.programs = programs
        tests = try programs.map { program in
            var options = options
            options.bin = program
            options.commands = ShellCommands()
            options.name = "compare"
            return try Test(options, summary: nil)
        }
    }

    /// - Returns: the exit code: that of the worst run.
    /// - Throws: `SystemError`.
    func run() throws -> Int32 {
        let seed = options.seed ?? UInt64.random(in: 0..<1 << 32)
        let pairs = options.testCount == 1 ? "one pair" : "\(options.testCount) pairs"
        Console.say("A: \(programs[0])\nB: \(programs[1])\n\(pairs) of runs, seeds from \(seed)\n")
        Console.say(
            Text.left("", 4)
                + Comparison.figures.map { figure in Text.right(figure.name, 25) }.joined())
        Console.say(
            Text.left("pair", 4)
                + Comparison.figures.map { _ in Text.right("A", 9) + Text.right("B", 9) + Text.right("B/A", 7)
                }
                .joined())
        var ratios = Comparison.figures.map { _ in [Double]() }
        var worst = RunVerdict.valid
        for pair in 0..<options.testCount {
            // The order alternates, so that going first is no advantage.
            var results: [Results?] = [nil, nil]
            for index in pair % 2 == 0 ? [0, 1] : [1, 0] {
                let ended = try tests[index].run(seed: seed &+ UInt64(pair), title: nil)
                if let signal = ended.signal {
                    let good = worst == .valid ? "; what there is looks good" : ""
                    Console.say("interrupted after \(pair) of \(pairs)\(good)")
                    _ = report(ratios, worst)
                    return 128 + signal
                }
                if ended.complaint != nil { return ended.exitCode }
                let found = ended.results
                if found.verdict != .valid {
                    worst = worst == .invalid ? worst : found.verdict
                    Console.say("\("AB".map(String.init)[index]) of pair \(pair + 1): \(found.verdict.line)")
                }
                results[index] = found
            }
            guard let a = results[0], let b = results[1] else { continue }
            var line = Text.left("\(pair + 1)", 4)
            for (index, figure) in Comparison.figures.enumerated() {
                let (one, other) = (figure.of(a), figure.of(b))
                if one > 0, other > 0 { ratios[index].append(other / one) }
                let ratio = one > 0 ? Text.decimal(other / one, 3) : "-"
                line +=
                    [one, other].map { Text.right(Text.decimal($0, figure.places), 9) }.joined()
                    + Text.right(ratio, 7)
            }
            Console.say(line)
        }
        return report(ratios, worst)
    }

    /// Prints geometric means of the ratios, in which twice and half cancel out.
    private func report(_ ratios: [[Double]], _ worst: RunVerdict) -> Int32 {
        Console.say("")
        for (figure, ratios) in zip(Comparison.figures, ratios) where !ratios.isEmpty {
            let mean = exp(ratios.map { log($0) }.reduce(0, +) / Double(ratios.count))
            let (least, most) = (ratios.min() ?? mean, ratios.max() ?? mean)
            Console.say(
                "\(Text.left(figure.name, 12))B/A \(Text.decimal(mean, 3)) "
                    + "(\(Text.decimal(least, 3)) to \(Text.decimal(most, 3)))")
        }
        return worst.exitCode
    }
}
