/// Finds the leader and the voters with `status` requests. Nodes that do not know the request count as silent.
struct LeaderSearch {
    /// The longest duration of a search, in nanoseconds.
    static let patience: UInt64 = 100_000_000

    /// The `msg_id` of its requests.
    let messageID: Int
    /// When the search ends, in nanoseconds.
    let deadline: UInt64
    private var silent: Set<Int>
    private var claimed: (term: Int, node: Int, members: Set<Int>?)?
    private var named: (term: Int, node: Int, members: Set<Int>?)?

    /// - Parameter asked: the nodes that the requests went to.
    init(messageID: Int, asked: [Int], at now: UInt64) {
        self.messageID = messageID
        deadline = now + LeaderSearch.patience
        silent = Set(asked)
    }

    /// The node that reports to lead in the latest term, or else the one that others name; nil if there is none.
    var leader: Int? { claimed?.node ?? named?.node }

    /// The voters according to the leader, or to a node that names it; nil if none reports them.
    var members: Set<Int>? { claimed?.members ?? named?.members }

    func isOver(at now: UInt64) -> Bool { silent.isEmpty || now >= deadline }

    mutating func hear(_ reply: Reply, from node: Int) {
        guard reply.inReplyTo == messageID, silent.remove(node) != nil, let standing = reply.standing else {
            return
        }
        if standing.role == "leader", standing.term > claimed?.term ?? -1 {
            claimed = (standing.term, node, standing.members)
        }
        if case .node(let leader) = standing.leader, standing.term > named?.term ?? -1 {
            named = (standing.term, leader, standing.members)
        }
    }
}
