/// Who leads and who votes, as far as nodes answer a `status` request; those that do not know it are as good as
/// silent.
struct LeaderSearch {
    /// The longest that a search takes, in nanoseconds.
    static let patience: UInt64 = 100_000_000

    /// The id of its requests.
    let messageID: Int
    /// When nobody is waited for any more, in nanoseconds.
    let deadline: UInt64
    private var silent: Set<Int>
    private var claimed: (term: Int, node: Int, members: Set<Int>?)?
    private var named: (term: Int, node: Int, members: Set<Int>?)?

    /// - Parameter asked: the nodes that were asked.
    init(messageID: Int, asked: [Int], at now: UInt64) {
        self.messageID = messageID
        deadline = now + LeaderSearch.patience
        silent = Set(asked)
    }

    /// Who says of itself that it leads, in the latest term; else whom others name; nil where nobody does.
    var leader: Int? { claimed?.node ?? named?.node }

    /// The voters, says the leader, or who names it; nil where nobody says.
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
