import Foundation
import Platform

@main
struct Program {
    static func main() {
        var code = run(Array(CommandLine.arguments.dropFirst()))
        if let problem = Console.problem {
            Console.complain(problem)
            if code == 0 || code == RunVerdict.unknown.exitCode { code = 74 }
        }
        exit(code)
    }

    /// - Returns: the exit code.
    private static func run(_ arguments: [String]) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        do {
            switch try Command(arguments) {
            case .help(let topic):
                Console.say(Command.helpText(topic))
                return 0
            case .version:
                Console.say(Command.versionText)
                return 0
            case .test(var options, let summary):
                options.program = CommandLine.arguments.first ?? options.program
                return try Test(options, summary: summary).run()
            case .analyze(let place, let models): return try Analysis(place, models).run()
            case .compare(let programs, let options): return try Comparison(programs, options).run()
            case .play(let options): return try Play(options).run()
            case .serve(let port):
                let server = try Server(port: port)
                Console.say(
                    "http://127.0.0.1:\(server.port)/ shows the runs of \(Store.base); Ctrl-C ends it")
                server.run(StorePages(store: Store.base).answer)
            }
        } catch let error as UsageError {
            Console.complain(error.description)
            return 64
        } catch {
            Console.complain("\(error)")
            return 74
        }
    }
}
