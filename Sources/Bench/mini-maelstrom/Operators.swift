/// What the bench asks of nodes as operators do: other voters, and another leader. Each request goes to a node
/// that is up, whoever leads, after all nodes were asked who the members and the leader are.
struct Operators {
    enum Errand: Hashable, Sendable {
        case change(MembershipPlan)
        case transfer(order: [Int])
    }

    /// How a request went.
    enum Outcome: Hashable, Sendable {
        case ok
        /// Nothing was done, says the node.
        case refused(String)
        /// It may yet be done.
        case unknown(String)

        /// - Parameter reply: what the node that was asked said.
        init(_ reply: Reply) {
            guard reply.type == "error" else {
                self = .ok
                return
            }
            let text = "\(reply.code ?? -1) \(reply.text ?? "")"
            // A transfer that was given up may still come about, and does no harm then.
            self = reply.code.map(ErrorReason.definite.contains) == true ? .refused(text) : .unknown(text)
        }
    }

    struct Request: Hashable, Sendable {
        var fault: Nemesis.Fault
        /// The node that was asked.
        var node: Int
        /// What for, as it stands in the history.
        var words: String
        /// When nobody waits for its answer any more, in nanoseconds.
        var deadline: UInt64
        /// Its number in `FaultTimes`.
        var span: Int
    }

    /// Longer than a node may take to answer either request, in nanoseconds.
    static let patience: UInt64 = 10_000_000_000

    /// Waiting until it is known who leads.
    var errand: (errand: Errand, search: LeaderSearch)?
    /// Those without an answer, by their message id.
    private(set) var open: [Int: Request] = [:]
    /// The voters, as far as anybody has said.
    var members: Set<Int>

    init(nodes: Int) { members = Set(0..<nodes) }

    /// When something has to be given up, in nanoseconds.
    var deadline: UInt64? {
        ([errand?.search.deadline].compactMap(\.self) + open.values.map(\.deadline)).min()
    }

    mutating func ask(_ request: Request, messageID: Int) { open[messageID] = request }

    mutating func answered(_ messageID: Int?) -> Request? {
        messageID.flatMap { open.removeValue(forKey: $0) }
    }

    /// Takes those that have waited too long, in the order in which they were asked.
    mutating func givenUp(at now: UInt64) -> [Request] {
        let late = open.filter { $0.value.deadline <= now }.sorted { $0.key < $1.key }
        for (messageID, _) in late { open[messageID] = nil }
        return late.map(\.value)
    }
}
