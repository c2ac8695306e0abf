import Foundation

/// A store for lin-kv and for transactions in one process, without replication: correct as a single node, wrong as
/// several. An argument selects a fault that the bench must notice.
@main
struct TestNode {
    enum Fault: String {
        /// No fault.
        case none
        /// Prints an invalid line after ten requests.
        case garbage
        /// Prints a reason on stderr and exits with status 3 after ten requests.
        case exit
        /// Adds a field to replies that Maelstrom's clients refuse.
        case extra
        /// Answers only init.
        case deaf
        /// Answers nothing.
        case dead
        /// Replies with another node's id.
        case impostor
        /// Sends each request to all other nodes, to create traffic.
        case gossip
        /// Answers every second write with 11, but carries it out.
        case liar
        /// Sends each request to a node that does not exist as well.
        case stray
        /// Answers every cas with 22.
        case stubborn
        /// Leaves the value out of every second `read_ok`.
        case malformed
        /// Answers each request a second time, as if it were another one.
        case misquote
        /// Refuses `init`.
        case refusal
        /// Prints without end, and no newline.
        case flood
        /// Passes requests on to `lin-kv`, or to `seq-kv`.
        case proxy
        case proxySeq = "proxy-seq"
        /// Passes requests on to the first node, in the name of the client.
        case borrow
        /// Replicates, without a fault.
        case raft
        /// Replicates, but answers reads from what the node asked has applied, whoever leads.
        case stale
        /// Replicates, but votes for whoever asks, more than once in a term and whatever its log.
        case fickle
        /// Replicates, but carries out repeated forwards twice.
        case twice

        // Faults of transactions; a single node shows them.

        /// Carries some out that it then undoes, answered 30, and lets another one see them.
        case dirtyRead = "dirty-read"
        /// Two at a time read the same state, and the last to write a key wins.
        case lostUpdate = "lost-update"
        /// The same, but of two that write the same key one is aborted: snapshot isolation.
        case writeSkew = "write-skew"
        /// What only reads is answered from an older state.
        case staleRead = "stale-read"
        /// A transaction does not see its own writes.
        case `internal` = "internal"
        /// One runs in the midst of another.
        case interleaved

        /// Whether the nodes replicate.
        var replicates: Bool {
            switch self {
            case .raft, .stale, .fickle, .twice: true
            default: false
            }
        }

        var passesOn: Bool { [.proxy, .proxySeq, .borrow].contains(self) }

        /// Whether the fault is one of transactions.
        var isTransactional: Bool {
            [.dirtyRead, .lostUpdate, .writeSkew, .staleRead, .internal, .interleaved].contains(self)
        }
    }

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard let fault = Fault(rawValue: arguments.first ?? "none") else {
            complain("test-node: no such fault: \(arguments.first ?? "")")
            Foundation.exit(64)
        }
        var node: any Node =
            if fault.replicates { NaiveRaft(fault: fault) } else if fault.isTransactional {
                Database(fault: fault)
            } else if fault.passesOn { Proxy(fault: fault) } else { Store(fault: fault) }
        var input = LineInput()
        while let lines = input.next() {
            let now = DispatchTime.now().uptimeNanoseconds
            var answers: [String] = []
            for line in lines {
                guard let message = try? JSONDecoder().decode(Message.self, from: Data(line.utf8)) else {
                    complain("test-node: not understood: \(line)")
                    continue
                }
                answers += node.answers(to: message, at: now)
            }
            answers += node.turn(at: now)
            guard !answers.isEmpty else { continue }
            print(answers.joined(separator: "\n"))
            fflush(nil)
        }
    }
}

/// Receives messages and returns lines to print.
protocol Node {
    mutating func answers(to message: Message, at now: UInt64) -> [String]
    /// Called every few milliseconds for actions that depend on time.
    mutating func turn(at now: UInt64) -> [String]
}

/// A store in one process, without other nodes.
struct Store: Node {
    let fault: TestNode.Fault
    private var name = ""
    private var others: [String] = []
    private var values = Registers()
    private var served = 0

    init(fault: TestNode.Fault) { self.fault = fault }

    mutating func turn(at now: UInt64) -> [String] { [] }

    mutating func answers(to message: Message, at now: UInt64) -> [String] {
        let body = message.body
        if body.type == "init" {
            name = body.nodeID ?? ""
            others = (body.nodeIDs ?? []).filter { $0 != name }
            complain("test-node: \(name) is up")
            switch fault {
            case .dead: return []
            case .refusal: return [line(message, #""type":"error","code":12,"text":"not like this""#)]
            case .flood:
                while true { print(String(repeating: "x", count: 1 << 16), terminator: "") }
            default: return [line(message, #""type":"init_ok""#)]
            }
        }
        guard let result = values.apply(body) else { return [] }
        served += 1
        switch fault {
        case .deaf, .dead:
            return []
        case .garbage where served == 10:
            return ["this is no message"]
        case .exit where served == 10:
            complain("test-node: something dreadful happened")
            Foundation.exit(3)
        case .extra:
            return [line(message, result + #","flavour":"sweet""#)]
        case .impostor:
            name = "n77"
            return [line(message, result)]
        case .gossip:
            return others.map { #"{"src":"\#(name)","dest":"\#($0)","body":{"type":"gossip"}}"# }
                + [line(message, result)]
        case .stray:
            return [#"{"src":"\#(name)","dest":"n99","body":{"type":"hello"}}"#, line(message, result)]
        case .stubborn where body.type == "cas":
            return [line(message, #""type":"error","code":22,"text":"never""#)]
        case .malformed where body.type == "read" && served % 2 == 0:
            return [line(message, #""type":"read_ok","val":1"#)]
        case .misquote:
            var other = message
            other.body.messageID = 1_000_000
            return [line(other, result), line(message, result)]
        case .liar where body.type == "write" && served % 2 == 0:
            return [line(message, #""type":"error","code":11,"text":"not today""#)]
        default:
            return [line(message, result)]
        }
    }

    private func line(_ message: Message, _ fields: String) -> String {
        reply(name, to: message, fields)
    }
}

func complain(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
}
