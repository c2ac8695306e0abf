/// The requests that the bench sends as an operator: membership changes and leadership transfers. Each goes to any
/// node that is up, after a search for the members and the leader.
struct Operators {
    enum Errand: Hashable, Sendable {
        case change(MembershipPlan)
        case transfer(order: [Int])
    }

    /// The outcome of a request.
    enum Outcome: Hashable, Sendable {
        case ok
        /// The node reported that nothing was done.
        case refused(String)
        /// It may still be done.
        case unknown(String)

        /// - Parameter reply: the node's answer.
        init(_ reply: Reply) {
            guard reply.type == "error" else {
                self = .ok
                return
            }
            let text = "\(reply.code ?? -1) \(reply.text ?? "")"
            // An aborted transfer may still happen, which is harmless.
            self = reply.code.map(ErrorReason.definite.contains) == true ? .refused(text) : .unknown(text)
        }
    }

    struct Request: Hashable, Sendable {
        var fault: Nemesis.Fault
        /// The asked node.
        var node: Int
        /// The request in words, as in the history.
        var words: String
        /// When the wait for its answer ends, in nanoseconds.
        var deadline: UInt64
        /// Its number in `FaultTimes`.
        var span: Int
    }

    /// How long to wait for an answer, in nanoseconds; longer than a node may take.
    static let patience: UInt64 = 10_000_000_000

    /// The request that waits for the search of the leader.
    var errand: (errand: Errand, search: LeaderSearch)?
    /// The unanswered requests by message id.
    private(set) var open: [Int: Request] = [:]
    /// The voters, as last reported.
    var members: Set<Int>

    init(nodes: Int) { members = Set(0..<nodes) }

    /// The next time at which a wait ends, in nanoseconds.
    var deadline: UInt64? {
        ([errand?.search.deadline].compactMap(\.self) + open.values.map(\.deadline)).min()
    }

    mutating func ask(_ request: Request, messageID: Int) { open[messageID] = request }

    mutating func answered(_ messageID: Int?) -> Request? {
        messageID.flatMap { open.removeValue(forKey: $0) }
    }

    /// Removes and returns requests past their deadline, in the order of sending.
    mutating func givenUp(at now: UInt64) -> [Request] {
        let late = open.filter { $0.value.deadline <= now }.sorted { $0.key < $1.key }
        for (messageID, _) in late { open[messageID] = nil }
        return late.map(\.value)
    }
}
