import Platform

@main
struct Program {
    static func main() {
        Descriptor.reserveStandardDescriptors()
        do throws(UsageError) {
            let logFilter = getenv("RAFT_KV_LOG").map { String(cString: $0) }
            switch try Order(Array(CommandLine.arguments.dropFirst()), logFilter: logFilter) {
            case .help: print(Order.helpText)
            case .version: print(Order.versionText)
            case .inspect(let path): exit(Inspection.run(path))
            case .run(let options): run(Node(options))
            }
        } catch {
            _ = Descriptor.standardError.write(Array("raft-kv: \(error.text)\n".utf8))
            exit(EX_USAGE)
        }
    }

    private static func run(_ node: Node) -> Never {
        let sources = Signals.watch { node.terminate(signal: $0) }
        withExtendedLifetime(sources) { node.run() }
    }
}
