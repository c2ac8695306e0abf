import Foundation
import Simulation
import StoryPage

/// Runs seeds of the simulation on all cores, and prints the violations.
@main
enum Program {
    static func main() {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            if arguments.contains("--help") || arguments.contains("-h") {
                print(Options.usage)
                exit(0)
            }
            let options = try Options(arguments)
            if options.page != nil, options.seed == nil {
                throw Options.Mistake(text: "--page takes a --seed")
            }
            if let seed = options.seed {
                exit(try runOne(seed, options) ? 0 : 1)
            } else if let worker = options.worker {
                try Worker(number: worker, options: options).run()
            } else {
                exit(try WorkerPool(options: options, arguments: arguments).run() ? 0 : 1)
            }
        } catch let mistake as Options.Mistake {
            FileHandle.standardError.write(Data("simulate: \(mistake.text)\n\(Options.usage)\n".utf8))
            exit(64)
        } catch let unwritten as UnwrittenPage {
            FileHandle.standardError.write(Data("simulate: \(unwritten.text)\n".utf8))
            exit(74)
        } catch {
            FileHandle.standardError.write(Data("simulate: \(error)\n".utf8))
            exit(70)
        }
    }

    private struct UnwrittenPage: Error {
        var text: String
    }

    /// Runs one seed in this process, with a trace if asked for.
    /// - Returns: whether every property held.
    /// - Throws: `UnwrittenPage`.
    private static func runOne(_ seed: UInt64, _ options: Options) throws -> Bool {
        let scenario = options.scenario(seed)
        print(scenario.summary)
        let simulation = Simulation(scenario)
        if options.isTraced { simulation.trace = { print($0) } } else { showProgress(of: simulation) }
        let report = simulation.run()
        print(report.violation.map { "\($0)" } ?? "Every property held.")
        print(report.tally.summary.replacing(", ", with: "\n"))
        print("fingerprint \(String(report.fingerprint, radix: 16))")
        if let path = options.page { try writePage(of: scenario, simulation.handled, to: path, options) }
        return report.violation == nil
    }

    /// Says on stderr every few seconds how far a long run is.
    private static func showProgress(of simulation: Simulation) {
        var last = DispatchTime.now()
        simulation.progress = { events, time, operations in
            guard DispatchTime.now() >= last + .seconds(2) else { return }
            last = .now()
            let text =
                "\(events) events, \(time / 1_000_000) s in the cluster, \(operations) operations so far\n"
            FileHandle.standardError.write(Data(text.utf8))
        }
    }

    /// Runs the seed again, to record its last steps.
    private static func writePage(of scenario: Scenario, _ events: Int, to path: String, _ options: Options)
        throws
    {
        let simulation = Simulation(scenario)
        let recorder = StoryRecorder(scenario, events: events, most: options.steps)
        simulation.recorder = recorder
        let page = recorder.page(simulation.run())
        let text = Data(page.html(Array(try JSONEncoder().encode(page))))
        do {
            try text.write(to: URL(fileURLWithPath: path))
        } catch {
            throw UnwrittenPage(text: "cannot write \(path): \(error.localizedDescription)")
        }
    }
}
