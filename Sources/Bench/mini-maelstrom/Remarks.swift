/// What people should know of a run, though it does not change the verdict. Each kind is counted, and its first example
/// kept.
struct Remarks: Sendable {
    enum Kind: Hashable, Sendable {
        /// A node sends in the name of another node or of a client.
        case foreignSource(node: Int)
        /// A node sends in a name that nobody has.
        case noSuchSource(node: Int)
        /// A node sends to somebody who does not exist.
        case noSuchDestination(node: Int)
        /// A node answers a request that its client never sent.
        case wrongReference(node: Int)
        /// A node answers a request whose client has given up.
        case lateAnswer(node: Int)
        /// A node answers a request again.
        case repeatedAnswer(node: Int)
        /// A node does not read what it is sent.
        case deaf(node: Int)
        /// A node's log was cut.
        case longLog(node: Int)
        /// A node's last line was never finished.
        case unfinishedLine(node: Int, bytes: Int)
        /// A node closed its stdout and lived on.
        case closedOutput(node: Int)
        /// A node closed its stdin and lived on.
        case closedInput(node: Int)
    }

    /// How much of an example is kept, in bytes.
    private static let length = 300

    private var found: [(kind: Kind, count: Int, example: String)] = []

    mutating func note(_ kind: Kind, example: @autoclosure () -> some Sequence<UInt8>) {
        if let known = found.firstIndex(where: { $0.kind == kind }) {
            found[known].count += 1
        } else {
            found.append((kind, 1, String(decoding: Array(example().prefix(Remarks.length)), as: UTF8.self)))
        }
    }

    /// One sentence or two for each kind, in the order in which they were first found.
    func lines(_ names: NodeNames) -> [String] {
        found.map { kind, count, example in
            let times = count == 1 ? "once" : "\(Text.grouped(count)) times"
            let first = "the first: \(example)"
            return switch kind {
            case .foreignSource(let node):
                "\(names[node]) sent messages in the name of others, \(times), which is allowed; \(first)"
            case .noSuchSource(let node):
                "\(names[node]) sent messages with a src that does not exist, \(times): they were dropped; \(first)"
            case .noSuchDestination(let node):
                "\(names[node]) sent messages to a dest that does not exist, \(times): they were dropped; \(first)"
            case .wrongReference(let node):
                "\(names[node]) sent clients replies whose in_reply_to is that of none of their requests, "
                    + "\(times): they were ignored; \(first)"
            case .lateAnswer(let node):
                "\(names[node]) answered when clients had given up, \(times): they were ignored; \(first)"
            case .repeatedAnswer(let node):
                "\(names[node]) answered requests once more, \(times): only the first answer counts; \(first)"
            case .deaf(let node):
                "\(names[node]) does not read its stdin: \(Text.grouped(count)) messages to it were dropped"
            case .longLog(let node):
                "\(names[node]) wrote more than \(LogLimit.most >> 20) MB to stderr, so the middle of its log was cut out"
            case .unfinishedLine(let node, let bytes):
                "\(names[node]) printed \(Text.grouped(bytes)) bytes without a newline: \(example)"
            case .closedOutput(let node):
                "\(names[node]) closed its stdout, though it lived on: it could answer nothing more"
            case .closedInput(let node):
                "\(names[node]) closed its stdin, though it lived on: nothing reached it any more"
            }
        }
    }
}
