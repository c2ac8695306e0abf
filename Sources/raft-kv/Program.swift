import Dispatch
import Glibc

@main
struct Program {
    static func main() {
        do throws(UsageError) {
            let logFilter = getenv("RAFT_KV_LOG").map { String(cString: $0) }
            switch try Order(Array(CommandLine.arguments.dropFirst()), logFilter: logFilter) {
            case .help: print(Order.helpText)
            case .version: print(Order.versionText)
            case .inspect(let path): exit(DataDirectory.inspect(path))
            case .run(let options): run(Node(options))
            }
        } catch {
            _ = Descriptor.standardError.write(Array("raft-kv: \(error.text)\n".utf8))
            exit(UsageError.exitCode)
        }
    }

    private static func run(_ node: Node) -> Never {
        // A closed stdout is an error of write(2), not the end.
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "signals")
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { node.terminate(signal: number) }
            source.activate()
            return source
        }
        withExtendedLifetime(sources) { node.run() }
    }
}
